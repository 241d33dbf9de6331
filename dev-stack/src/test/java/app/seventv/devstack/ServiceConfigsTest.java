package app.seventv.devstack;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tomlj.Toml;
import org.tomlj.TomlParseResult;

class ServiceConfigsTest {
  private static final int OFFSET = 300;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void everyFileIsTomlWithTheShiftedAdminPort(Service service) throws Exception {
    DevCertificate certificate =
        new DevCertificate(Path.of("/tls/cert.pem"), Path.of("/tls/key.pem"));
    Path file =
        new ServiceConfigs(new Addresses(OFFSET), directory, certificate)
            .write(service, directory.resolve("config"));

    TomlParseResult toml = Toml.parse(file);

    assertThat(toml.errors()).isEmpty();
    assertThat(file).hasFileName(service.serviceName() + ".toml");
    String admin = "127.0.0.1:" + (service.adminPort().at(0) + OFFSET);
    assertThat(Files.readString(file)).contains(admin);
    assertThat(Files.readString(file)).doesNotContain("null");
  }
}
