package app.seventv.devstack.story;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Looks into image files with tools that had no part in making them where possible, and with each
 * format's own checker: libvips for animated WebP, avifdec, gifsicle, ffprobe.
 */
final class ImageProbe {
  /** Rounding of delays by a format: GIF counts in hundredths of a second. */
  private static final int DURATION_TOLERANCE_MS = 30;

  private static final long TOOL_LIMIT_SECONDS = 20;

  private ImageProbe() {}

  /** What a file turned out to hold; duration 0 for a still image. */
  private record Facts(int width, int height, int frames, int durationMs, boolean transparent) {}

  /**
   * Checks one file.
   *
   * @throws StoryFailure if it does not decode or holds something else
   */
  static void check(String name, byte[] bytes, int side, boolean animated)
      throws IOException, InterruptedException, StoryFailure {
    String extension = name.substring(name.lastIndexOf('.'));
    Path file = Files.createTempFile("story", extension);
    try {
      Files.write(file, bytes);
      Facts facts =
          switch (extension) {
            case ".webp" -> webp(file);
            case ".avif" -> avif(file, animated);
            case ".gif" -> gif(file);
            default -> still(file);
          };
      if (facts.width != side || facts.height != side) {
        throw new StoryFailure(name + " is " + facts.width + "x" + facts.height);
      }
      if (!facts.transparent) {
        throw new StoryFailure(name + " has lost its transparency");
      }
      // Encoders may join identical frames, of which the story's GIF has none.
      if (facts.frames != (animated ? StoryGif.FRAMES : 1)) {
        throw new StoryFailure(name + " has " + facts.frames + " frames");
      }
      int expectedMs = animated ? StoryGif.durationMs() : facts.durationMs;
      if (Math.abs(facts.durationMs - expectedMs) > DURATION_TOLERANCE_MS) {
        throw new StoryFailure(name + " lasts " + facts.durationMs + " ms, not " + expectedMs);
      }
    } finally {
      Files.delete(file);
    }
  }

  private static Facts webp(Path file) throws IOException, InterruptedException, StoryFailure {
    tool("webpinfo", "-quiet", file.toString());
    String info = tool("webpmux", "-info", file.toString());
    int width = number(info, "Canvas size:? (\\d+) x \\d+");
    int height = number(info, "Canvas size:? \\d+ x (\\d+)");
    boolean transparent = info.contains("transparency");
    if (!info.contains("Number of frames")) {
      return new Facts(width, height, 1, 0, transparent);
    }
    int total = 0;
    int frames = 0;
    // A row a frame: number, width, height, alpha, x, y, duration, …
    Matcher row =
        Pattern.compile("(?m)^\\s*\\d+:\\s+\\d+\\s+\\d+\\s+\\S+\\s+\\d+\\s+\\d+\\s+(\\d+)")
            .matcher(info);
    while (row.find()) {
      frames++;
      total += Integer.parseInt(row.group(1));
    }
    return new Facts(width, height, frames, total, transparent);
  }

  private static Facts avif(Path file, boolean animated)
      throws IOException, InterruptedException, StoryFailure {
    String info = tool("avifdec", "--info", file.toString());
    int width = number(info, "Resolution\\s*: (\\d+)x\\d+");
    int height = number(info, "Resolution\\s*: \\d+x(\\d+)");
    boolean hasAlpha = !Pattern.compile("Alpha\\s*: Absent").matcher(info).find();
    if (!animated) {
      return new Facts(width, height, 1, 0, hasAlpha);
    }
    String sequence =
        "(\\d+) timescales per second, [0-9.]+ seconds \\((\\d+) timescales\\), (\\d+) ";
    Matcher total = Pattern.compile(sequence).matcher(info);
    if (!total.find()) {
      throw new StoryFailure("avifdec names no sequence: " + info);
    }
    long timescale = Long.parseLong(total.group(1));
    int durationMs = (int) (Long.parseLong(total.group(2)) * 1000 / timescale);
    return new Facts(width, height, Integer.parseInt(total.group(3)), durationMs, hasAlpha);
  }

  private static Facts gif(Path file) throws IOException, InterruptedException, StoryFailure {
    String info = tool("gifsicle", "--info", file.toString());
    int total = 0;
    int frames = 0;
    Matcher delay = Pattern.compile("delay ([0-9.]+)s").matcher(info);
    while (delay.find()) {
      frames++;
      total += (int) Math.round(Double.parseDouble(delay.group(1)) * 1000);
    }
    int width = number(info, "logical screen (\\d+)x\\d+");
    int height = number(info, "logical screen \\d+x(\\d+)");
    return new Facts(width, height, frames, total, info.contains("transparent"));
  }

  private static Facts still(Path file) throws IOException, InterruptedException, StoryFailure {
    String info =
        tool(
            "ffprobe",
            "-v",
            "error",
            "-count_frames",
            "-show_entries",
            "stream=width,height,pix_fmt,nb_read_frames",
            "-of",
            "csv=p=0",
            file.toString());
    String[] parts = info.strip().split(",", -1);
    boolean transparent = !parts[2].startsWith("rgb24") && !parts[2].startsWith("gray");
    return new Facts(
        Integer.parseInt(parts[0]),
        Integer.parseInt(parts[1]),
        Integer.parseInt(parts[3]),
        0,
        transparent);
  }

  private static int number(String text, String pattern) throws StoryFailure {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    if (!matcher.find()) {
      throw new StoryFailure("no " + pattern + " in: " + text);
    }
    return Integer.parseInt(matcher.group(1));
  }

  private static String tool(String... command)
      throws IOException, InterruptedException, StoryFailure {
    Path output = Files.createTempFile("story", ".txt");
    List<String> words = new ArrayList<>(List.of(command));
    Process process =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(output.toFile()).start();
    try {
      if (!process.waitFor(TOOL_LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new StoryFailure(command[0] + " did not end");
      }
      String text = Files.readString(output, StandardCharsets.ISO_8859_1);
      if (process.exitValue() != 0) {
        throw new StoryFailure(command[0] + " refuses the file: " + text.strip());
      }
      return text;
    } finally {
      process.destroyForcibly();
      Files.delete(output);
    }
  }
}
