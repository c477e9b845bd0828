package resize

import (
	"testing"

	"example.com/thumbnailer/internal/metrics"
	"github.com/prometheus/client_golang/prometheus"
)

func TestRetry(t *testing.T) {
	m := metrics.New(prometheus.NewRegistry())
	m.Retry()
}
