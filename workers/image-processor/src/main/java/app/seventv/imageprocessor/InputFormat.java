package app.seventv.imageprocessor;

import java.nio.charset.StandardCharsets;

/**
 * The picture formats that are accepted, told apart by their first bytes (image-processor.md §6.1).
 */
enum InputFormat {
  GIF("image/gif", "gif"),
  PNG("image/png", "png"),
  APNG("image/apng", "apng"),
  JPEG("image/jpeg", "jpg"),
  WEBP("image/webp", "webp"),
  AVIF("image/avif", "avif"),
  AVIF_SEQUENCE("image/avif-sequence", "avifs");

  private final String mediaType;
  private final String extension;

  InputFormat(String mediaType, String extension) {
    this.mediaType = mediaType;
    this.extension = extension;
  }

  String mediaType() {
    return mediaType;
  }

  String extension() {
    return extension;
  }

  /** Throws Decode {@code unsupported input format} for anything else. */
  static InputFormat sniff(byte[] data) {
    String head = new String(data, 0, Math.min(data.length, 41), StandardCharsets.ISO_8859_1);
    if (head.startsWith("GIF87a") || head.startsWith("GIF89a")) {
      return GIF;
    } else if (head.startsWith("\u0089PNG\r\n\u001a\n")) {
      return head.startsWith("acTL", 37) ? APNG : PNG;
    } else if (head.startsWith("\u00ff\u00d8\u00ff")) {
      return JPEG;
    } else if (head.startsWith("RIFF") && head.startsWith("WEBP", 8)) {
      return WEBP;
    } else if (head.startsWith("ftypavif", 4)) {
      return AVIF;
    } else if (head.startsWith("ftypavis", 4)) {
      return AVIF_SEQUENCE;
    }
    throw JobFailure.decode("unsupported input format");
  }
}
