//! What the cache measures.
use std::sync::LazyLock;

use prometheus::{
    register_int_counter, register_int_counter_vec, Histogram, HistogramOpts, HistogramVec, IntCounter,
    IntCounterVec, IntGauge, Opts, Registry,
};

pub static REQUESTS: LazyLock<IntCounterVec> = LazyLock::new(|| {
    register_int_counter_vec!("edge_requests_total", "Requests, by method and result.", &["method", "result"])
        .unwrap()
});

pub static PURGES: LazyLock<IntCounter> =
    LazyLock::new(|| register_int_counter!("edge_purges_total", "Entries that were purged.").unwrap());

/// Metrics of one cache.
#[derive(Clone)]
pub struct CacheMetrics {
    pub hits: IntCounter,
    pub misses: IntCounter,
    pub entries: IntGauge,
    pub open_connections: IntGauge,
    pub fetch: Histogram,
    pub size: HistogramVec,
    pub revalidations: IntCounter,
    pub bypassed: IntCounter,
}

impl CacheMetrics {
    pub fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let hits = IntCounter::with_opts(Opts::new("hits_total", "Lookups that found something.").namespace("edge"))?;
        let misses = IntCounter::with_opts(Opts::new("misses_total", "Lookups that found nothing.").namespace("edge"))?;
        let entries = IntGauge::new("edge_entries_total", "Entries in the cache.")?;
        let open_connections = IntGauge::new("edge_openConnections", "Connections to origins.")?;
        let fetch = Histogram::with_opts(
            HistogramOpts::new("edge_fetch_duration_seconds", "Time to fetch from the origin.")
                .buckets(vec![0.01, 0.1, 1.0]),
        )?;
        let size = HistogramVec::new(
            HistogramOpts::new("edge_response_bytes", "Bytes of answers.").buckets(vec![1e3, 1e6]),
            &["url"],
        )?;
        let revalidations = IntCounter::new("edge_revalidations_total", "Entries that were asked for again.")?;
        let bypassed = IntCounter::new(format!("{}_bypassed_total", "edge"), "Requests past the cache.")?;
        registry.register(Box::new(hits.clone()))?;
        registry.register(Box::new(misses.clone()))?;
        registry.register(Box::new(entries.clone()))?;
        registry.register(Box::new(open_connections.clone()))?;
        registry.register(Box::new(fetch.clone()))?;
        registry.register(Box::new(size.clone()))?;
        registry.register(Box::new(revalidations.clone()))?;
        registry.register(Box::new(bypassed.clone()))?;
        Ok(Self { hits, misses, entries, open_connections, fetch, size, revalidations, bypassed })
    }

    #[allow(dead_code)]
    fn count_bypass(&self) {
        self.bypassed.inc();
    }
}
