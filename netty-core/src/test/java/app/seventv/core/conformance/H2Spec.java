package app.seventv.core.conformance;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** The h2spec binary (RFC 9113, RFC 7541), unpacked from the jar of its Maven plugin. */
final class H2Spec {
  private static final String ARCHIVE = "/h2spec/2.2.0/h2spec_linux_amd64.tar.gz";
  private static final int TAR_BLOCK_BYTES = 512;
  private static final int TAR_SIZE_OFFSET = 124;
  private static final int TAR_SIZE_LENGTH = 12;
  private static final long TIMEOUT_S = 180;

  private final Path directory;
  private final Path binary;

  private H2Spec(Path directory, Path binary) {
    this.directory = directory;
    this.binary = binary;
  }

  /** Result of one run; failures and skips are named by section and description. */
  record Result(int cases, List<String> failed, List<String> skipped) {}

  /** Unpacks the binary into a directory. */
  static H2Spec unpack(Path directory) throws IOException {
    Path binary = directory.resolve("h2spec");
    try (InputStream packed = H2Spec.class.getResourceAsStream(ARCHIVE);
        DataInputStream tar =
            new DataInputStream(
                new GZIPInputStream(Objects.requireNonNull(packed, ARCHIVE + " is missing")))) {
      byte[] header = new byte[TAR_BLOCK_BYTES];
      tar.readFully(header); // the archive holds one file
      String size = new String(header, TAR_SIZE_OFFSET, TAR_SIZE_LENGTH, StandardCharsets.US_ASCII);
      byte[] content = new byte[Integer.parseInt(size.replace('\0', ' ').trim(), 8)];
      tar.readFully(content);
      Files.write(binary, content);
    }
    if (!binary.toFile().setExecutable(true)) {
      throw new IOException("cannot make " + binary + " executable");
    }
    return new H2Spec(directory, binary);
  }

  /** Runs every case in strict mode against a server on loopback. */
  Result run(int port, boolean tls) throws IOException, InterruptedException {
    Path report = Files.createTempFile(directory, "report", ".xml");
    List<String> command =
        new ArrayList<>(
            List.of(binary.toString(), "-h", "127.0.0.1", "-p", Integer.toString(port), "-S"));
    if (tls) {
      command.addAll(List.of("-t", "-k"));
    }
    command.addAll(List.of("-j", report.toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("h2spec.log").toFile())
            .start();
    if (!process.waitFor(TIMEOUT_S, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException("h2spec did not end within " + TIMEOUT_S + " s");
    }
    return parse(report);
  }

  private static Result parse(Path report) throws IOException {
    int cases = 0;
    List<String> failed = new ArrayList<>();
    List<String> skipped = new ArrayList<>();
    NodeList nodes;
    try {
      nodes =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(report.toFile())
              .getElementsByTagName("testcase");
    } catch (ParserConfigurationException | SAXException e) {
      throw new IOException("h2spec's report cannot be read", e);
    }
    for (int i = 0; i < nodes.getLength(); i++) {
      Element testCase = (Element) nodes.item(i);
      cases++;
      String name = testCase.getAttribute("package") + " " + testCase.getAttribute("classname");
      Element failure = child(testCase, "failure");
      if (failure == null) {
        failure = child(testCase, "error");
      }
      if (failure != null) {
        failed.add(name + ": " + failure.getTextContent().strip());
      }
      if (child(testCase, "skipped") != null) {
        skipped.add(name);
      }
    }
    return new Result(cases, failed, skipped);
  }

  private static @Nullable Element child(Element parent, String name) {
    return (Element) parent.getElementsByTagName(name).item(0);
  }
}
