package app.seventv.model;

import org.bson.BsonDocument;

/**
 * One image file in object storage (data-model.md §5).
 *
 * @param path object key without leading slash
 * @param mime media type
 * @param scale 1 to 4
 * @param size in bytes
 * @param width in pixels
 * @param height in pixels
 * @param frameCount 1 for still images
 */
public record Image(
    String path, String mime, int scale, long size, int width, int height, int frameCount)
    implements Document {

  /** Reads the stored form. */
  public static Image read(DocumentReader in) {
    Image image = readFields(in);
    in.rejectUnknown();
    return image;
  }

  static Image readFields(DocumentReader in) {
    return new Image(
        in.string("path"),
        in.string("mime"),
        in.int32("scale"),
        in.int64("size"),
        in.int32("width"),
        in.int32("height"),
        in.int32("frame_count"));
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter()
        .string("path", path)
        .string("mime", mime)
        .int32("scale", scale)
        .int64("size", size)
        .int32("width", width)
        .int32("height", height)
        .int32("frame_count", frameCount)
        .build();
  }
}
