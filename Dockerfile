# The service as an image: the first stage compiles, the second holds only what runs.
#
#     docker build -t tidegauge .
#     docker run --rm -p 127.0.0.1:3000:3000 -p 127.0.0.1:9464:9464 -v tidegauge:/data tidegauge
#
# Debian rather than Alpine: the prebuilt secp256k1, which verifies signatures ten times as fast, needs glibc.

FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY otel/package.json ./otel/
COPY tools/package.json ./tools/
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build
# npm keeps the compiler, an optional peer of a library that never calls it.
RUN npm prune --omit=dev --no-audit --no-fund && rm -rf node_modules/typescript node_modules/@typescript

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production
# All interfaces of the container: what can be reached from outside is what is published.
ENV TIDEGAUGE_HOST=0.0.0.0 \
    TIDEGAUGE_DATA=/data \
    OTEL_EXPORTER_PROMETHEUS_HOST=0.0.0.0
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
# Mirrors the tree, so that node_modules/@tidegauge/otel and tools, links to ../../otel and ../../tools, lead to the packages.
COPY --from=build /app/dist ./
# A named volume takes its owner from the folder it is mounted over.
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3000 9464
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3000/health').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Exits on SIGTERM within seconds; needs no init.
ENTRYPOINT ["node", "src/main.js"]
CMD ["serve"]
