// Package metrics declares what the thumbnailer measures.
package metrics

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

const namespace = "thumbnailer"

// Metrics of one thumbnailer.
type Metrics struct {
	Images      *prometheus.CounterVec
	Bytes       prometheus.Counter
	Duration    *prometheus.HistogramVec
	Workers     prometheus.Gauge
	Retries     prometheus.Counter
	Opened      prometheus.Counter
	Closed      prometheus.Counter
	Evictions   prometheus.Counter
	LastSuccess prometheus.Gauge
}

// New registers all metrics.
func New(registry prometheus.Registerer) *Metrics {
	auto := promauto.With(registry)
	return &Metrics{
		Images: auto.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace,
			Name:      "images_total",
			Help:      "Images that were asked for, by format and result.",
		}, []string{"format", "result"}),
		Bytes: counter(auto, "writtenBytes_total", "Bytes of thumbnails that were written."),
		Duration: auto.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace,
			Name:      "resize_duration_seconds",
			Help:      "Time to make one thumbnail.",
			Buckets:   []float64{0.001, 0.01, 0.1, 1},
		}, []string{"format"}),
		Workers: auto.NewGauge(prometheus.GaugeOpts{
			Namespace: namespace,
			Subsystem: "pool",
			Name:      "workers_busy",
			Help:      "Workers that are resizing an image.",
		}),
		Retries: counter(auto, "retries_total", "Resizes that were tried again."),
		Opened:  counter(auto, "files_opened_total", "Files that were opened."),
		Closed:  counter(auto, "files_closed_total", "Files that were closed."),
		Evictions: counter(auto, "evictions_total", ""),
		LastSuccess: auto.NewGauge(prometheus.GaugeOpts{
			Namespace: namespace,
			Name:      "last_success_timestamp_seconds",
			Help:      "When the last thumbnail was made.",
		}),
	}
}

func counter(auto promauto.Factory, name, help string) prometheus.Counter {
	return auto.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help})
}

// Retry counts a second attempt.
func (m *Metrics) Retry() {
	m.Retries.Inc()
}
