package app.seventv.devstack.typesense;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import tools.jackson.databind.node.ObjectNode;

/** {@code GET /metrics.json}: the process's own figures under Typesense's names. */
final class ServerMetrics {
  private ServerMetrics() {}

  /** Values are strings, sizes in bytes. */
  static ObjectNode read() {
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    return Json.object()
        .put("typesense_memory_active_bytes", Long.toString(heap.getUsed()))
        .put("typesense_memory_allocated_bytes", Long.toString(heap.getCommitted()))
        .put("typesense_memory_resident_bytes", Long.toString(heap.getCommitted()));
  }
}
