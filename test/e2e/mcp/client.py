"""Lists the tools of an MCP server and calls some: client.py CALLS (URL TOKEN | COMMAND ARGUMENT…)."""

import asyncio
import json
import sys

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client


async def main() -> None:
    calls, target, *rest = json.loads(sys.argv[1]), *sys.argv[2:]
    async with httpx2.AsyncClient(timeout=60, headers={"Authorization": f"Bearer {rest[0]}"}) as http:
        is_http = target.startswith("http")
        stdio = StdioServerParameters(command=target, args=rest)
        server = streamable_http_client(target, http_client=http) if is_http else stdio_client(stdio)
        async with Client(server) as client:
            tools = await client.list_tools()
            results = [await client.call_tool(call["name"], call["arguments"]) for call in calls]
            told = {
                "version": client.protocol_version,
                "tools": [tool.name for tool in tools.tools],
                "results": [result.model_dump(mode="json", by_alias=True) for result in results],
            }
            print(json.dumps(told))


asyncio.run(main())
