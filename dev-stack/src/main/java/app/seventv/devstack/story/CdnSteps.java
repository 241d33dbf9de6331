package app.seventv.devstack.story;

import app.seventv.core.http.Http3Client;
import app.seventv.core.transport.EventLoops;
import app.seventv.core.transport.TransportOptions;
import app.seventv.devstack.Port;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Step 2: the image edge serves the files, once from S3 and then from memory. */
final class CdnSteps {
  private static final Duration DECODE_LIMIT = Duration.ofSeconds(60);

  private CdnSteps() {}

  static List<StoryStep> all() {
    return List.of(
        StoryStep.of("cdn fetches from s3 over http/1.1", "cdn", CdnSteps::firstFetch),
        StoryStep.of("cdn hits memory over http/2", "cdn", CdnSteps::http2Hit),
        StoryStep.of("cdn hits memory over http/3", "cdn", CdnSteps::http3Hit),
        StoryStep.of("cdn redirects an old file name", "cdn", CdnSteps::redirect),
        decode("webp", ".webp", "_static.webp"),
        decode("avif", ".avif", "_static.avif"),
        decode("gif", ".gif"),
        decode("png", "_static.png"));
  }

  private static StoryStep decode(String format, String... suffixes) {
    return new StoryStep(
        "every " + format + " decodes with its size, frames and duration",
        "image-processor",
        DECODE_LIMIT,
        story -> decodeAll(story, suffixes));
  }

  private static String path(StoryContext story, String file) throws StoryFailure {
    return "/emote/" + story.require(UploadSteps.EMOTE_ID) + "/" + file;
  }

  private static HttpResponse<byte[]> get(
      StoryContext story, HttpClient.Version version, String file) throws Exception {
    URI uri = story.addresses().https(Port.CDN_HTTPS, path(story, file));
    HttpResponse<byte[]> response = story.send(story.request(uri).version(version).build(), 200);
    if (response.version() != version) {
      throw new StoryFailure("answered over " + response.version() + " instead of " + version);
    }
    return response;
  }

  private static void expect(String what, String expected, String actual) throws StoryFailure {
    if (!expected.equals(actual)) {
      throw new StoryFailure(what + " is " + actual + " instead of " + expected);
    }
  }

  private static void firstFetch(StoryContext story) throws Exception {
    HttpResponse<byte[]> miss = get(story, HttpClient.Version.HTTP_1_1, "4x.webp");
    expect("x-7tv-cache", "miss", miss.headers().firstValue("x-7tv-cache").orElse(""));
    expect("content-type", "image/webp", miss.headers().firstValue("content-type").orElse(""));
    Path copy = Files.createTempFile("story", ".webp");
    Files.write(copy, miss.body());
    story.put("4x.webp", copy.toString());
    copy.toFile().deleteOnExit();
  }

  private static byte[] firstBytes(StoryContext story) throws Exception {
    return Files.readAllBytes(Path.of(story.require("4x.webp")));
  }

  private static void http2Hit(StoryContext story) throws Exception {
    HttpResponse<byte[]> hit = get(story, HttpClient.Version.HTTP_2, "4x.webp");
    expect("x-7tv-cache", "hit", hit.headers().firstValue("x-7tv-cache").orElse(""));
    if (!Arrays.equals(hit.body(), firstBytes(story))) {
      throw new StoryFailure("the bytes differ from the first answer");
    }
  }

  private static void http3Hit(StoryContext story) throws Exception {
    var address =
        new InetSocketAddress(
            InetAddress.getLoopbackAddress(), story.addresses().port(Port.CDN_HTTPS));
    try (EventLoops loops = EventLoops.start(TransportOptions.loops(1));
        Http3Client client = Http3Client.connect(loops, address)) {
      Http3Client.Answer hit = client.get(path(story, "4x.webp"));
      expect("status", "200", Integer.toString(hit.status()));
      expect("x-7tv-cache", "hit", hit.headers().getOrDefault("x-7tv-cache", ""));
      if (!Arrays.equals(hit.body(), firstBytes(story))) {
        throw new StoryFailure("the bytes differ from the first answer");
      }
    }
  }

  private static void redirect(StoryContext story) throws Exception {
    URI uri = story.addresses().https(Port.CDN_HTTPS, path(story, "4x"));
    HttpResponse<byte[]> answer = story.send(story.request(uri).build(), 308);
    expect("location", path(story, "4x.webp"), answer.headers().firstValue("location").orElse(""));
  }

  private static void decodeAll(StoryContext story, String... suffixes) throws Exception {
    for (String suffix : suffixes) {
      for (int scale = 1; scale <= 4; scale++) {
        String name = scale + "x" + suffix;
        HttpResponse<byte[]> response = get(story, HttpClient.Version.HTTP_2, name);
        String type = Map.copyOf(UploadSteps.FILES).getOrDefault(suffix, "");
        expect(
            name + "'s content-type",
            type,
            response.headers().firstValue("content-type").orElse(""));
        boolean animated = !suffix.startsWith("_static");
        ImageProbe.check(name, response.body(), 32 * scale, animated);
      }
    }
  }
}
