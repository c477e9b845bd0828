package store

import "github.com/prometheus/client_golang/prometheus"

var (
	filesDesc = prometheus.NewDesc(
		prometheus.BuildFQName("thumbnailer", "store", "files"),
		"Thumbnails in the store.", []string{"size"}, nil)
	bytesDesc = prometheus.NewDesc(
		"thumbnailer_store_bytes", "Bytes of the thumbnails in the store.", nil, nil)
)

// Describe sends the descriptions of what the store measures.
func (s *Store) Describe(ch chan<- *prometheus.Desc) {
	ch <- filesDesc
	ch <- bytesDesc
}

// Collect sends what is in the store now.
func (s *Store) Collect(ch chan<- prometheus.Metric) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch <- prometheus.MustNewConstMetric(filesDesc, prometheus.GaugeValue, float64(len(s.files)), "small")
}
