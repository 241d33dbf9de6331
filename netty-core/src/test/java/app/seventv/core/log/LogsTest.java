package app.seventv.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.core.config.Config;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class LogsTest {
  private final LoggerContext context = new LoggerContext();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  LogsTest() {
    context.setMDCAdapter(MDC.getMDCAdapter());
  }

  private static LogOptions options(LogOptions.Format format) {
    return new LogOptions(Map.of("", Level.INFO, "quiet", Level.WARN), format, "cdn", "3");
  }

  private List<String> lines() {
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void writesOneJsonObjectALine() {
    try (var _ = Logs.configure(context, options(LogOptions.Format.JSON), out, false, 100)) {
      MDC.put(Logs.TRACE_ID, "0af7651916cd43dd8448eb211c80319c");
      context.getLogger("a.b").info("hello \"{}\"\n", "world");
      MDC.clear();
      context.getLogger("a.b").error("bad", new IllegalStateException("why"));
      context.getLogger("a.b").debug("not wanted");
      context.getLogger("quiet.c").info("not wanted");
    }
    assertThat(lines()).hasSize(2);
    JsonNode first = JsonMapper.shared().readTree(lines().getFirst());
    assertThat(first.get("message").asString()).isEqualTo("hello \"world\"\n");
    assertThat(first.get("level").asString()).isEqualTo("INFO");
    assertThat(first.get("logger").asString()).isEqualTo("a.b");
    assertThat(first.get("service").asString()).isEqualTo("cdn");
    assertThat(first.get("instance").asString()).isEqualTo("3");
    assertThat(first.get("trace_id").asString()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
    assertThat(first.get("time").asString()).matches("\\d{4}-\\d\\d-\\d\\dT[\\d:.]{12}Z");
    JsonNode second = JsonMapper.shared().readTree(lines().get(1));
    assertThat(second.get("error").asString()).contains("IllegalStateException: why");
    assertThat(second.has("trace_id")).isFalse();
  }

  @Test
  void writesTextAndJournalPriorities() {
    try (var _ = Logs.configure(context, options(LogOptions.Format.TEXT), out, true, 100)) {
      context.getLogger("app.seventv.core.Thing").warn("careful");
    }
    assertThat(lines()).hasSize(1);
    assertThat(lines().getFirst()).startsWith("<4>").endsWith("WARN  Thing: careful");
  }

  @Test
  void aStuckOutputNeverBlocksTheCallerAndDropsAreCounted() {
    CountDownLatch release = new CountDownLatch(1);
    OutputStream stuck =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            try {
              release.await();
            } catch (InterruptedException e) {
              throw new IOException(e);
            }
          }
        };
    try (Logs logs = Logs.configure(context, options(LogOptions.Format.JSON), stuck, false, 10)) {
      for (int i = 0; i < 1_000; i++) {
        context.getLogger("x").info("line {}", i);
      }
      assertThat(logs.discarded()).isBetween(700L, 990L);
      release.countDown();
    }
  }

  @Test
  void readsLevelLists() {
    Config config =
        Config.parse(LogOptions.SCHEMA, "level = 'warn,app.seventv.cdn=debug, noisy::part=off'");
    assertThat(LogOptions.from(config, "cdn", "0").levels())
        .containsAllEntriesOf(
            Map.of("", Level.WARN, "app.seventv.cdn", Level.DEBUG, "noisy.part", Level.OFF));
  }

  @Test
  void quietsLibrariesUnlessTold() {
    Config config = Config.parse(LogOptions.SCHEMA, "level = 'info,io.nats=debug'");
    assertThat(LogOptions.from(config, "cdn", "0").levels())
        .containsEntry("org.mongodb.driver", Level.WARN)
        .containsEntry("io.nats", Level.DEBUG);
  }
}
