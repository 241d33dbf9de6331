package app.seventv.devstack.story;

import app.seventv.devstack.Port;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Step 6: both websites show the emote in a headless browser. */
final class WebsiteSteps {
  private static final Duration BROWSER_LIMIT = Duration.ofSeconds(150);

  private WebsiteSteps() {}

  static List<StoryStep> all() {
    return List.of(
        new StoryStep(
            "both websites show the emote in a browser",
            "website",
            BROWSER_LIMIT,
            WebsiteSteps::browse));
  }

  private static void browse(StoryContext story) throws Exception {
    Path root = Path.of(System.getProperty("project.root", "")).toAbsolutePath();
    ProcessBuilder builder =
        new ProcessBuilder(
                "node",
                "websites/acceptance/story.mjs",
                "--site",
                story.addresses().origin(Port.WEBSITE),
                "--site-old",
                story.addresses().origin(Port.WEBSITE_OLD),
                "--emote",
                story.require(UploadSteps.EMOTE_ID),
                "--emote-name",
                story.require(UploadSteps.EMOTE_NAME),
                "--set",
                story.require(LiveSteps.SET_ID),
                "--user",
                story.require(LiveSteps.USER_ID),
                "--token",
                story.require(StoryContext.ADMIN_TOKEN))
            .directory(root.toFile())
            .redirectErrorStream(true);
    Process browser = builder.start();
    List<String> failures = new ArrayList<>();
    int passed = 0;
    String lastLine = "";
    try (BufferedReader lines = browser.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        lastLine = line;
        JsonNode check = parse(line);
        if (check.path("ok").asBoolean(false)) {
          passed++;
        } else if (check.has("name")) {
          failures.add(check.path("name").asString("") + ": " + check.path("reason").asString(""));
        }
      }
      int status = browser.waitFor();
      if (!failures.isEmpty()) {
        throw new StoryFailure(String.join("; ", failures));
      }
      if (status != 0 || passed == 0) {
        throw new StoryFailure("the walk ended with status " + status + ": " + lastLine);
      }
    } finally {
      browser.descendants().forEach(ProcessHandle::destroyForcibly);
      browser.destroyForcibly();
    }
  }

  private static JsonNode parse(String line) {
    try {
      return JsonMapper.shared().readTree(line);
    } catch (JacksonException notACheck) {
      return JsonMapper.shared().createObjectNode();
    }
  }
}
