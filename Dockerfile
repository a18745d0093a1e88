# syntax=docker/dockerfile:1

# The Node.js that package-lock.json pins: what the tests ran on.
ARG NODE_VERSION=24.21.0

# The bundle is the same on every processor, so it is made once, on the one that builds.
FROM --platform=$BUILDPLATFORM node:${NODE_VERSION}-trixie-slim AS bundle
WORKDIR /source
COPY package.json package-lock.json tsconfig.json .npmrc LICENSE ./
RUN npm ci --ignore-scripts
COPY packaging packaging
COPY src src
COPY dashboard dashboard
RUN node packaging/main.ts bundle

FROM node:${NODE_VERSION}-trixie-slim AS node

# C and C++ libraries, certificates of authorities, and nothing to run: no shell, no package manager.
FROM gcr.io/distroless/cc-debian13:nonroot
COPY --from=node /usr/local/bin/node /usr/local/LICENSE /node/
COPY --from=bundle /source/dist/operator /operator
USER 65532:65532
# For memory rather than the last bit of speed (the operator itself calls the exposed gc, once), and compiled code is
# kept for a failover after days of rest, see docs/developing/adr/0011-bundles-and-one-executable.md.
ENV MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=32768
ENTRYPOINT ["/node/node", "--max-semi-space-size=4", "--expose-gc", "--no-flush-bytecode", "/operator/operator.mjs"]
