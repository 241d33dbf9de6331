package app.seventv.devstack;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Ahead-of-time caches of the services (JEP 514): what the virtual machine has loaded and linked in
 * one run, ready for the next, which saves about half of a start.
 *
 * <p>A cache fits one build exactly, so its name carries a digest of the jars, the JDK and the
 * options; after a new build it is simply not found. Making one takes a recording run that plays
 * the story, and seconds of processor time per service: it is done on request only ({@code ./run
 * --train}), never behind the back of someone who waits for a start or an end.
 */
final class AotCaches {
  private static final String CACHE = ".aot";
  private static final String RECORDING = ".aotconf";
  private static final int DIGEST_BYTES = 8;

  private final Path folder;
  private final Path projectRoot;
  private final boolean recording;

  /**
   * The caches of a checkout.
   *
   * @param recording whether services without a cache shall record one
   */
  AotCaches(Path projectRoot, boolean recording) {
    this.folder = projectRoot.resolve("target").resolve("aot");
    this.projectRoot = projectRoot;
    this.recording = recording;
  }

  /** All options of a service's virtual machine: its own, and those that use or record a cache. */
  List<String> jvmOptions(Service service) throws IOException {
    List<String> options = new ArrayList<>(service.jvmOptions());
    Path cache = file(service, CACHE);
    if (Files.exists(cache)) {
      options.add("-XX:AOTCache=" + cache);
    } else if (recording) {
      Files.createDirectories(folder);
      options.add("-XX:AOTMode=record");
      options.add("-XX:AOTConfiguration=" + file(service, RECORDING));
    }
    return options;
  }

  /**
   * Turns a recording into a cache and removes the service's older ones.
   *
   * @return whether there was a recording
   */
  boolean create(Service service) throws IOException, InterruptedException {
    Path recorded = file(service, RECORDING);
    if (!Files.exists(recorded)) {
      return false;
    }
    Path cache = file(service, CACHE);
    Path unfinished = cache.resolveSibling(cache.getFileName() + ".new");
    List<String> command = new ArrayList<>();
    command.add(Services.javaProgram());
    command.addAll(service.jvmOptions());
    command.add("-XX:AOTMode=create");
    command.add("-XX:AOTConfiguration=" + recorded);
    command.add("-XX:AOTCache=" + unfinished);
    command.add("-cp");
    command.add(service.jar(projectRoot).toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("no cache for " + service.serviceName() + ": " + output.strip());
    }
    removeOlder(service);
    Files.move(unfinished, cache, StandardCopyOption.ATOMIC_MOVE);
    return true;
  }

  private void removeOlder(Service service) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        boolean finished = name.endsWith(CACHE) || name.endsWith(RECORDING);
        if (name.startsWith(service.serviceName() + "_") && finished) {
          Files.delete(file);
        }
      }
    }
  }

  private Path file(Service service, String suffix) throws IOException {
    return folder.resolve(service.serviceName() + "_" + digest(service) + suffix);
  }

  /** The virtual machine checks sizes and times of all jars itself; so these suffice here. */
  private String digest(Service service) throws IOException {
    MessageDigest digest = sha256();
    Path jar = service.jar(projectRoot);
    List<Path> jars = new ArrayList<>(List.of(jar));
    try (Stream<Path> libraries = Files.list(jar.resolveSibling("lib"))) {
      libraries.sorted().forEach(jars::add);
    }
    for (Path file : jars) {
      update(digest, file + " " + Files.size(file) + " " + Files.getLastModifiedTime(file));
    }
    update(digest, System.getProperty("java.vm.version"));
    update(digest, String.join(" ", service.jvmOptions()));
    return HexFormat.of().formatHex(digest.digest(), 0, DIGEST_BYTES);
  }

  private static void update(MessageDigest digest, String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) '\n');
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
