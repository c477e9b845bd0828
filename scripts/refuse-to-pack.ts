// Runs before npm packs or publishes a folder of sources: Node does not strip types below node_modules.
console.error(
  'this folder holds TypeScript sources; "npm run packages" builds and packs the packages in dist/',
)
process.exitCode = 1
