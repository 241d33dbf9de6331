package app.seventv.imageprocessor;

import app.seventv.model.imageprocessor.OutputFormat;
import app.seventv.model.imageprocessor.OutputQuality;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Encodes the frames of one size, which lie as PNG files in the job's folder. WebP and AVIF come
 * from libwebp's and libavif's own programs, GIF and PNG from Java (image-processor.md §13.2).
 */
final class Encoders {
  private final Tools tools;

  Encoders(Tools tools) {
    this.tools = tools;
  }

  /**
   * Frames of one output.
   *
   * @param files relative to the job's folder
   * @param durationsMs one per file; ignored by stills
   * @param loopCount -1 = infinite
   */
  record Frames(List<String> files, List<Integer> durationsMs, Size size, int loopCount) {}

  static boolean isStatic(OutputFormat format) {
    return switch (format) {
      case WebpStatic, AvifStatic, PngStatic -> true;
      case WebpAnim, AvifAnim, GifAnim -> false;
      case UNRECOGNIZED -> throw JobFailure.invalidInput("task.output.formats: unknown format");
    };
  }

  static String contentType(OutputFormat format) {
    return "image/" + extension(format);
  }

  static String extension(OutputFormat format) {
    return switch (format) {
      case WebpAnim, WebpStatic -> "webp";
      case AvifAnim, AvifStatic -> "avif";
      case GifAnim -> "gif";
      case PngStatic -> "png";
      case UNRECOGNIZED -> throw JobFailure.invalidInput("task.output.formats: unknown format");
    };
  }

  /** The format's own name in path templates (image-processor.md §3). */
  static String name(OutputFormat format) {
    return extension(format) + (isStatic(format) ? "_static" : "_anim");
  }

  /**
   * Writes {@code out}, a name in {@code workDir}.
   *
   * @throws JobFailure with code Encode
   */
  void encode(
      OutputFormat format,
      OutputQuality quality,
      Frames frames,
      JobControl control,
      Path workDir,
      String out) {
    try {
      switch (format) {
        case WebpAnim -> tools.run(control, workDir, animatedWebp(quality, frames, out));
        case WebpStatic -> tools.run(control, workDir, stillWebp(quality, frames, out));
        case AvifAnim -> tools.run(control, workDir, avif(quality, frames, true, out));
        case AvifStatic -> tools.run(control, workDir, avif(quality, frames, false, out));
        case GifAnim -> Files.write(workDir.resolve(out), gif(frames, control, workDir));
        case PngStatic ->
            Files.copy(workDir.resolve(frames.files.getFirst()), workDir.resolve(out));
        case UNRECOGNIZED -> throw JobFailure.invalidInput("task.output.formats: unknown format");
      }
    } catch (Tools.ToolFailure e) {
      throw JobFailure.encode(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> animatedWebp(OutputQuality quality, Frames frames, String out) {
    List<String> command = new ArrayList<>(List.of("img2webp"));
    // Here 0 means for ever, and there is no way to say "once" but 1.
    int loops = frames.loopCount < 0 ? 0 : Math.max(1, frames.loopCount);
    command.addAll(List.of("-loop", Integer.toString(loops)));
    if (quality == OutputQuality.OutputQualityLossless) {
      command.addAll(List.of("-lossless", "-q", "100", "-m", "4"));
    } else {
      command.addAll(List.of("-mixed", "-lossy", "-q", lossyWebpQuality(quality), "-m", "4"));
    }
    for (int i = 0; i < frames.files.size(); i++) {
      command.addAll(List.of("-d", frames.durationsMs.get(i).toString(), frames.files.get(i)));
    }
    command.addAll(List.of("-o", out));
    return command;
  }

  private static List<String> stillWebp(OutputQuality quality, Frames frames, String out) {
    List<String> command = new ArrayList<>(List.of("cwebp", "-quiet"));
    if (quality == OutputQuality.OutputQualityLossless) {
      // Within a few per cent of the slowest setting in a tenth of its time.
      command.addAll(List.of("-lossless", "-z", "7"));
    } else {
      command.addAll(List.of("-q", lossyWebpQuality(quality), "-m", "4", "-alpha_q", "100"));
    }
    command.addAll(List.of(frames.files.getFirst(), "-o", out));
    return command;
  }

  /** Today's encoder lets no lossy quality fall below 75. */
  private static String lossyWebpQuality(OutputQuality quality) {
    return quality == OutputQuality.OutputQualityHigh ? "95" : "75";
  }

  private static List<String> avif(
      OutputQuality quality, Frames frames, boolean animated, String out) {
    List<String> command = new ArrayList<>(List.of("avifenc", "-j", "1", "-c", "aom"));
    // From speed 8 on files double in size and alpha is no longer exact.
    command.addAll(List.of("-s", "6", "--min", "0", "--max", "63", "-a", "end-usage=q"));
    command.addAll(List.of("-a", "cq-level=" + avifQuantizer(quality), "-a", "a:cq-level=0"));
    command.addAll(List.of("--minalpha", "0", "--maxalpha", "0"));
    command.addAll(List.of("-y", "444", "-r", "full", "--cicp", "1/13/6"));
    if (animated) {
      command.addAll(List.of("--timescale", "1000"));
    }
    for (int i = 0; i < frames.files.size(); i++) {
      if (animated) {
        int ticks = Math.max(1, frames.durationsMs.get(i));
        command.addAll(List.of("--duration", Integer.toString(ticks)));
      }
      command.add(frames.files.get(i));
    }
    command.addAll(List.of("-o", out));
    return command;
  }

  /** 0 (lossless) to 63. */
  private static int avifQuantizer(OutputQuality quality) {
    return switch (quality) {
      case OutputQualityLossless -> 0;
      case OutputQualityHigh -> 12;
      case OutputQualityLow -> 36;
      default -> 22;
    };
  }

  private static byte[] gif(Frames frames, JobControl control, Path workDir) throws IOException {
    GifEncoder encoder =
        new GifEncoder((int) frames.size.width(), (int) frames.size.height(), frames.loopCount);
    for (int i = 0; i < frames.files.size(); i++) {
      control.check();
      byte[] png = Files.readAllBytes(workDir.resolve(frames.files.get(i)));
      try (PngDecoder decoder = PngDecoder.open(png)) {
        Frame frame = decoder.next();
        if (frame != null) {
          encoder.add(frame, frames.durationsMs.get(i));
        }
      }
    }
    return encoder.finish();
  }
}
