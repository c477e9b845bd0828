#!/usr/bin/env bash
# Behaviour: Schemathesis, started with the address of an OpenAPI document, does not ask the operation that serves this
# very document: it is missing from "selected" and from "total" as well, so that the report says that all operations were
# tested. Started with the same document as a file and --url, it asks it.
# Seen with: Schemathesis 4.32.5, Python 3.11.
# What to do: fetch the document, start with the file and --url, and compare the total with the number of operations.
set -euo pipefail
dir=$(mktemp -d); trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$dir"' EXIT; cd "$dir"
python3 -m venv v
v/bin/pip install --quiet --disable-pip-version-check schemathesis==4.32.5
cat >serve.py <<'PY'
import json, os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
operation = {'get': {'responses': {'200': {'description': 'ok'}}}}
paths = {path: operation for path in ('/openapi.json', '/thing')}
document = json.dumps({'openapi': '3.1.1', 'info': {'title': 'x', 'version': '1'}, 'paths': paths}).encode()
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(document)))
        self.end_headers()
        self.wfile.write(document)
    def log_message(self, *_): pass
server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
open('document.json', 'wb').write(document)
open('port.new', 'w').write(str(server.server_address[1]))
os.rename('port.new', 'port')
server.serve_forever()
PY
python3 serve.py & server=$!
until [ -e port ]; do sleep 0.1; done
url=http://127.0.0.1:$(cat port)
total() {
  v/bin/schemathesis run "$@" --phases examples,fuzzing -n 2 --report-json-path report.json >/dev/null 2>&1 || true
  python3 -c "import json; print(json.load(open('report.json'))['operations']['total'])"
}
seen="by address: $(total "$url/openapi.json"), by file: $(total document.json --url "$url")"
echo "$seen"
[ "$seen" = 'by address: 1, by file: 2' ] || { echo 'no longer so'; exit 1; }
