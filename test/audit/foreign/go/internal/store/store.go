// Package store keeps thumbnails in memory.
package store

import (
	"sync"

	"example.com/thumbnailer/internal/metrics"
)

// Store keeps thumbnails by name.
type Store struct {
	mu      sync.Mutex
	files   map[string][]byte
	limit   int
	metrics *metrics.Metrics
}

// New makes an empty store.
func New(limit int, m *metrics.Metrics) *Store {
	return &Store{files: map[string][]byte{}, limit: limit, metrics: m}
}

// Put keeps a thumbnail.
func (s *Store) Put(name string, data []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.metrics.Opened.Inc()
	s.files[name] = data
	s.metrics.Bytes.Add(float64(len(data)))
	if len(s.files) > s.limit {
		s.evict()
	}
}

func (s *Store) evict() {
	for name, data := range s.files {
		delete(s.files, name)
		s.metrics.Bytes.Add(-1)
		_ = data
		s.metrics.Evictions.Inc()
		return
	}
}
