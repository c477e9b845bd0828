// Command thumbnailer serves small images.
package main

import (
	"log"
	"net/http"
	"os"

	"example.com/thumbnailer/internal/metrics"
	"example.com/thumbnailer/internal/resize"
	"example.com/thumbnailer/internal/store"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

func main() {
	registry := prometheus.NewRegistry()
	m := metrics.New(registry)
	files := store.New(100, m)
	registry.MustRegister(files)
	mux := http.NewServeMux()
	mux.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.Handle("/", resize.NewHandler(m, files))
	log.Fatal(http.ListenAndServe(os.Args[1], mux))
}
