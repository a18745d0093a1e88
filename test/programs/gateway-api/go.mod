// The definitions (CRDs) of the Gateway API's routes, which the end-to-end tests install.
module linkerd-failover/test/programs/gateway-api

go 1.26.0

require sigs.k8s.io/gateway-api v1.6.3
