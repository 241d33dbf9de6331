package app.seventv.imageprocessor;

import app.seventv.model.imageprocessor.Limits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens uploads. GIF and PNG are decoded here, in Java; what needs a native codec is decoded by a
 * confined child after its header has been read and checked here (image-processor.md §13.5).
 */
final class Decoders {
  private static final String INPUT = "input";

  private final Tools tools;

  Decoders(Tools tools) {
    this.tools = tools;
  }

  /**
   * Reads the header and holds it against the limits; costs no more than a walk over the bytes.
   *
   * @throws JobFailure with code Decode
   */
  static ImageHeader readHeader(InputFormat format, byte[] data, Limits limits) {
    ImageHeader header =
        switch (format) {
          case GIF -> GifDecoder.readHeader(data, limits);
          case PNG, APNG -> PngDecoder.readHeader(data, limits);
          case WEBP -> WebpHeader.read(data);
          case JPEG -> JpegHeader.read(data).upright();
          case AVIF -> AvifHeader.read(data, false).image();
          case AVIF_SEQUENCE -> AvifHeader.read(data, true).image();
        };
    header.check(limits);
    return header;
  }

  /** Opens a file whose header passed {@link #readHeader}. {@code workDir} is the job's own. */
  FrameReader open(
      InputFormat format, byte[] data, ImageHeader header, JobControl control, Path workDir) {
    try {
      return switch (format) {
        case GIF -> GifDecoder.open(data);
        case PNG, APNG -> PngDecoder.open(data);
        case WEBP -> openWebp(data, header, control, workDir);
        case JPEG -> openJpeg(data, control, workDir);
        case AVIF -> openStillAvif(data, header, control, workDir);
        case AVIF_SEQUENCE -> openAvifSequence(data, header, control, workDir);
      };
    } catch (Tools.ToolFailure e) {
      throw JobFailure.decode(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private FrameReader raw(
      ImageHeader header, JobControl control, Path workDir, List<String> command) {
    Tools.Child child = tools.start(control, workDir, command);
    return new RawFrameReader(child, header.width(), header.height(), header.frameCount());
  }

  private FrameReader openJpeg(byte[] data, JobControl control, Path workDir) throws IOException {
    Files.write(workDir.resolve(INPUT), data);
    JpegHeader header = JpegHeader.read(data);
    List<String> command = ffmpeg("jpeg_pipe", List.of("-map", "0:v:0"));
    FrameReader stored = raw(header.stored(), control, workDir, command);
    return header.orientation() == Orientation.UPRIGHT
        ? stored
        : new TurnedFrames(stored, header.orientation());
  }

  /**
   * Neither ffmpeg nor dwebp reads an animation; libvips streams its frames as one tall picture.
   */
  private FrameReader openWebp(byte[] data, ImageHeader header, JobControl control, Path workDir)
      throws IOException {
    Path file = workDir.resolve(INPUT + ".webp");
    if (!WebpHeader.isAnimation(data)) {
      Files.write(file, data);
      tools.run(control, workDir, List.of("dwebp", "-quiet", INPUT + ".webp", "-o", "input.png"));
      return convertedPng(header, workDir);
    }
    Files.write(file, WebpHeader.withAlphaFlag(data));
    String all = INPUT + ".webp[n=-1,access=sequential]";
    return raw(header, control, workDir, List.of("vips", "rawsave", all, "/dev/stdout"));
  }

  private FrameReader openStillAvif(
      byte[] data, ImageHeader header, JobControl control, Path workDir) throws IOException {
    Files.write(workDir.resolve(INPUT + ".avif"), data);
    String maxPixels = Long.toString((long) header.width() * header.height());
    tools.run(
        control,
        workDir,
        List.of(
            "avifdec", "-j", "1", "-d", "8", "--size-limit", maxPixels, "input.avif", "input.png"));
    return convertedPng(header, workDir);
  }

  private FrameReader openAvifSequence(
      byte[] data, ImageHeader header, JobControl control, Path workDir) throws IOException {
    AvifHeader tracks = AvifHeader.read(data, true);
    if (tracks.colourTrack() < 0) {
      return openStillAvif(data, header, control, workDir);
    }
    Files.write(workDir.resolve(INPUT), data);
    List<String> picture =
        tracks.alphaTrack() < 0
            ? List.of("-map", "0:" + tracks.colourTrack())
            : List.of(
                "-filter_complex",
                // Else the track that breaks first would repeat its last frame.
                "[0:%d][0:%d]alphamerge=shortest=1,format=rgba"
                    .formatted(tracks.colourTrack(), tracks.alphaTrack()));
    return raw(header, control, workDir, ffmpeg("mov", picture));
  }

  /** The child's own PNG, held against the header that was checked before. */
  private static FrameReader convertedPng(ImageHeader header, Path workDir) throws IOException {
    byte[] png = Files.readAllBytes(workDir.resolve("input.png"));
    ImageHeader converted = PngDecoder.readHeader(png, Limits.getDefaultInstance());
    if (converted.width() != header.width() || converted.height() != header.height()) {
      throw JobFailure.decode("frame size differs from the header's");
    }
    return PngDecoder.open(png);
  }

  /**
   * Naming the demuxer and the protocols keeps playlists and URLs inside a file from being used.
   * Nothing is turned here: frames come in the size that the file stores.
   */
  private static List<String> ffmpeg(String demuxer, List<String> picture) {
    List<String> command = new ArrayList<>(List.of("ffmpeg", "-nostdin", "-v", "error"));
    command.addAll(List.of("-threads", "1", "-protocol_whitelist", "file,pipe"));
    command.addAll(List.of("-noautorotate", "-f", demuxer, "-i", INPUT));
    command.addAll(picture);
    command.addAll(List.of("-vsync", "passthrough", "-pix_fmt", "rgba"));
    command.addAll(List.of("-f", "rawvideo", "pipe:1"));
    return command;
  }
}
