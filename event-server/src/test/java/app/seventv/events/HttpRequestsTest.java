package app.seventv.events;

import static org.assertj.core.api.Assertions.assertThat;

import app.seventv.events.dispatch.BusSamples;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Routes, checks, headers, streams of events and inline subscriptions. */
class HttpRequestsTest extends ServiceCases {
  private static final String SET = "01HNGZE63V1HEAD8X4A1JH69RE";
  private static final String INLINE = "@emote_set.update%3Cobject_id%3D" + SET + "%3E";
  private static final String LIST =
      "[{\"type\":\"emote_set.update\",\"condition\":{\"object_id\":\"" + SET + "\"}}]";

  private HttpResponse<String> send(String method, String path)
      throws IOException, InterruptedException {
    return fixture.http.send(
        HttpRequest.newBuilder(URI.create(fixture.httpUri(path)))
            .version(HttpClient.Version.HTTP_1_1)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET | / | 404 | ",
        "GET | /v2 | 404 | ",
        "GET | /health | 404 | ",
        "POST | /v3 | 405 | method not allowed",
        "HEAD | /v3 | 405 | ",
        "GET | /v3?app=a&app=b | 400 | Failed to deserialize query string: duplicate field `app`",
        "GET | /v3?app=123456789012345678901234567890123 | 400 | app metadata too long",
        "GET | /v3?version=12345678901234567 | 400 | version metadata too long",
        "GET | /v3?q=x | 400 | failed to parse query",
        "GET | /v3?q=%5B%7B%22type%22%3A%22x%22%7D%5D | 400 | failed to parse query",
      })
  void refusals(String method, String path, int status, String text) throws Exception {
    HttpResponse<String> response = send(method, path);
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.body()).isEqualTo(text == null ? "" : text);
    assertThat(response.headers().firstValue("server")).contains("SevenTV");
    assertThat(response.headers().firstValue("access-control-allow-origin")).contains("*");
    assertThat(response.headers().firstValue("access-control-expose-headers")).contains("*");
    assertThat(response.headers().firstValue("vary"))
        .contains("origin, access-control-request-method, access-control-request-headers");
    if (text != null) {
      assertThat(response.headers().firstValue("content-type"))
          .contains("text/plain; charset=utf-8");
    }
  }

  @Test
  void aHundredFieldsAreEnough() throws Exception {
    String more = "x: y\r\n".repeat(99); // and Host
    try (EventStreamClient client = new EventStreamClient(fixture.port(), "/v3", more)) {
      assertThat(client.readTo("id: 0")).startsWith("HTTP/1.1 200 OK");
    }
    try (EventStreamClient client =
        new EventStreamClient(fixture.port(), "/v3", more + "x: y\r\n")) {
      assertThat(client.readTo("")).startsWith("HTTP/1.1 431 ");
    }
  }

  @Test
  void preflight() throws Exception {
    HttpResponse<String> response = send("OPTIONS", "/v3/whatever?app=a&app=b");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEmpty();
    assertThat(response.headers().firstValue("access-control-allow-methods")).contains("*");
    assertThat(response.headers().firstValue("access-control-allow-headers")).contains("*");
    assertThat(response.headers().firstValue("access-control-expose-headers")).isEmpty();
  }

  @Test
  void aStreamHasTheDocumentedForm() throws Exception {
    JsonNode example = Examples.tree("sse-stream");
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), fixture.port())) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write(
              (example.get("request").stringValue() + "\r\nHost: x\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      Chunks in = new Chunks(socket.getInputStream());
      assertThat(in.line()).isEqualTo("HTTP/1.1 200 OK");
      StringBuilder head = new StringBuilder();
      for (String line = in.line(); !line.isEmpty(); line = in.line()) {
        head.append(line.toLowerCase(java.util.Locale.ROOT)).append('\n');
      }
      for (JsonNode header : example.get("response_headers")) {
        assertThat(head)
            .contains(
                (header.get(0).stringValue() + ": " + header.get(1).stringValue() + "\n")
                    .toLowerCase(java.util.Locale.ROOT));
      }
      String[] events = example.get("body").stringValue().split("(?<=\n\n)", -1);
      assertThat(in.chunk())
          .matches(
              "event: hello\ndata: \\{\"heartbeat_interval\":\\d+,\"session_id\":\"[0-9A-Z]{26}\","
                  + "\"subscription_limit\":500,\"instance\":\\{\"name\":\"event-api-test\","
                  + "\"population\":\\d+}}\nid: 0\n\n");
      assertThat(in.chunk()).isEqualTo(events[1]);
      assertThat(in.chunk()).isEqualTo(events[2]);
      fixture.publish(
          BusSamples.message(
              BusSamples.setEvent("change_name", "{'old':'Main','new':'Main 2026'}")));
      assertThat(in.chunk()).isEqualTo(events[3]);
    }
  }

  /** Reads lines of the head, then chunks of the body. */
  private record Chunks(InputStream in) {
    String line() throws IOException {
      StringBuilder line = new StringBuilder();
      for (int c = in.read(); c != '\n'; c = in.read()) {
        if (c < 0) {
          throw new IOException("end of stream");
        }
        if (c != '\r') {
          line.append((char) c);
        }
      }
      return line.toString();
    }

    String chunk() throws IOException {
      int length = Integer.parseInt(line(), 16);
      String chunk = new String(in.readNBytes(length), StandardCharsets.UTF_8);
      line();
      return chunk;
    }
  }

  /** Heads of HTTP/2 may have 16 KiB: a long list of subscriptions is in the path. */
  @Test
  void longPathsOverHttp2() throws Exception {
    URI nothing =
        URI.create(fixture.secureUri("https", "")).resolve("/nothing?" + "x".repeat(15_000));
    HttpResponse<String> response =
        fixture.http.send(
            HttpRequest.newBuilder(nothing).build(), HttpResponse.BodyHandlers.ofString());
    assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(response.statusCode()).isEqualTo(404);
  }

  @Test
  void aStreamOverHttp2() throws Exception {
    HttpResponse<InputStream> response =
        fixture.http.send(
            HttpRequest.newBuilder(URI.create(fixture.secureUri("https", INLINE))).build(),
            HttpResponse.BodyHandlers.ofInputStream());
    assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(response.headers().firstValue("content-type")).contains("text/event-stream");
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      assertThat(in.readLine()).isEqualTo("event: hello");
      fixture.publish(BusSamples.message(BusSamples.addEvent()));
      String line = in.readLine();
      while (!line.equals("event: dispatch")) {
        line = in.readLine();
      }
      assertThat(in.readLine())
          .isEqualTo("data: " + Examples.payload("dispatch-emote_set.update-add"));
      assertThat(in.readLine()).isEqualTo("id: 3");
    }
  }

  @Test
  void inlineSubscriptionsOfAllForms() throws Exception {
    String encoded = URLEncoder.encode(LIST, StandardCharsets.UTF_8);
    for (String rest :
        List.of(INLINE, "/" + INLINE + "?q=x", INLINE.replace("%", "%25"), "?q=" + encoded)) {
      try (SocketClient client = SocketClient.connect(fixture.http, fixture.webSocketUri(rest))) {
        assertInlineAck(client);
      }
    }
    try (SocketClient client =
        SocketClient.connect(fixture.http, fixture.webSocketUri("?q=x"), "X-7TV-Query", LIST)) {
      assertInlineAck(client);
    }
  }

  private static void assertInlineAck(SocketClient client) throws InterruptedException {
    assertThat(client.frame().get("op").intValue()).isEqualTo(1);
    assertThat(client.frame().at("/d/data/condition/object_id").stringValue()).isEqualTo(SET);
    assertThat(client.frame().get("op").intValue()).isEqualTo(2);
  }

  @Test
  void aJsonItemWithoutScopeEndsTheSession() throws Exception {
    String list = URLEncoder.encode("[{\"type\":\"emote.*\"}]", StandardCharsets.UTF_8);
    try (SocketClient client =
        SocketClient.connect(fixture.http, fixture.webSocketUri("?q=" + list))) {
      assertThat(client.frame().get("op").intValue()).isEqualTo(1);
      assertThat(client.frame().get("op").intValue()).isEqualTo(6);
      assertThat(client.frame().at("/d/code").intValue()).isEqualTo(4002);
      assertThat(client.closed()).isEqualTo("1008 Invalid Payload");
    }
  }
}
