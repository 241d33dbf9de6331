package app.seventv.devstack;

import java.nio.file.Path;
import java.util.List;

/** Every service of the platform that runs as a process of its own. */
public enum Service {
  API("api", "api-server", Port.API_ADMIN, 384),
  CDN("cdn", "cdn-server", Port.CDN_ADMIN, 256),
  EVENTS("event-api", "event-server", Port.EVENTS_ADMIN, 256),
  CHANGE_STREAM("mongo-change-stream", "workers/change-stream", Port.CHANGE_STREAM_ADMIN, 192),
  SEARCH_INDEX("mongo-typesense", "workers/search-index", Port.SEARCH_INDEX_ADMIN, 192),
  IMAGE_PROCESSOR("image-processor", "workers/image-processor", Port.IMAGE_PROCESSOR_ADMIN, 512),
  WEBSITE("website", "websites/server", "website-server", Port.WEBSITE_ADMIN, 128),
  WEBSITE_OLD("website-old", "websites/server", "website-server", Port.WEBSITE_OLD_ADMIN, 128);

  private final String serviceName;
  private final String module;
  private final String artifact;
  private final Port adminPort;
  private final int maxHeapMib;

  Service(String serviceName, String module, Port adminPort, int maxHeapMib) {
    this(serviceName, module, Path.of(module).getFileName().toString(), adminPort, maxHeapMib);
  }

  Service(String serviceName, String module, String artifact, Port adminPort, int maxHeapMib) {
    this.serviceName = serviceName;
    this.module = module;
    this.artifact = artifact;
    this.adminPort = adminPort;
    this.maxHeapMib = maxHeapMib;
  }

  /** Name in units, metrics, logs and on the terminal. */
  public String serviceName() {
    return serviceName;
  }

  /** Where it answers {@code /readyz}. */
  public Port adminPort() {
    return adminPort;
  }

  /** Its executable jar; libraries lie in {@code lib/} beside it. */
  public Path jar(Path projectRoot) {
    return projectRoot.resolve(module).resolve("target").resolve(artifact + ".jar");
  }

  /**
   * Options of its JVM. Small heaps, the serial collector and, but for the one that computes, the
   * client compiler alone: nine JVMs share a small machine, and none holds or does much in
   * development.
   */
  public List<String> jvmOptions() {
    return List.of(
        "-Xms32m",
        "-Xmx" + maxHeapMib + "m",
        "-XX:MaxDirectMemorySize=256m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=" + (this == IMAGE_PROCESSOR ? 4 : 1),
        "-XX:+UseCompactObjectHeaders",
        "-XX:+ExitOnOutOfMemoryError",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow");
  }
}
