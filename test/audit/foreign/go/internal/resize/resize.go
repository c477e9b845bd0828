// Package resize makes images small.
package resize

import (
	"errors"
	"net/http"
	"time"

	"example.com/thumbnailer/internal/metrics"
	"example.com/thumbnailer/internal/store"
)

var errFormat = errors.New("unknown format")

// Handler answers requests for thumbnails.
type Handler struct {
	metrics *metrics.Metrics
	store   *store.Store
}

// NewHandler makes a handler that keeps what it makes.
func NewHandler(m *metrics.Metrics, s *store.Store) *Handler {
	return &Handler{metrics: m, store: s}
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.metrics.Workers.Inc()
	defer h.metrics.Workers.Dec()
	format := r.URL.Query().Get("format")
	began := time.Now()
	data, err := resize(format)
	if err != nil {
		h.fail(r)
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	h.metrics.Duration.WithLabelValues(format).Observe(time.Since(began).Seconds())
	if len(data) == 0 {
		h.metrics.Duration.WithLabelValues(format, "empty").Observe(0)
	}
	h.metrics.Images.WithLabelValues(format, "ok").Inc()
	h.store.Put(r.URL.Path, data)
	h.metrics.LastSuccess.SetToCurrentTime()
	_, _ = w.Write(data)
}

func (h *Handler) fail(r *http.Request) {
	h.metrics.Images.WithLabelValues(r.URL.Path, "error").Inc()
}

func resize(format string) ([]byte, error) {
	if format != "jpeg" && format != "png" {
		return nil, errFormat
	}
	return make([]byte, 1024), nil
}
