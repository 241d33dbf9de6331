package app.seventv.model;

import java.util.List;
import org.bson.BsonDocument;

/**
 * An uploaded image and the files made from it (data-model.md §5).
 *
 * @param input the upload, pending until processed
 * @param outputs empty until processed
 */
public record ImageSet(Input input, List<Image> outputs) implements Document {

  /** Copies the list. */
  public ImageSet {
    outputs = List.copyOf(outputs);
  }

  /** The upload, in one of two states. */
  public sealed interface Input extends Document {}

  /**
   * An upload that waits for the image processor.
   *
   * @param taskId job id of the image processor
   * @param path object key in the private bucket
   * @param mime media type
   * @param size in bytes
   */
  public record Pending(String taskId, String path, String mime, long size) implements Input {

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter()
          .string("type", "pending")
          .string("task_id", taskId)
          .string("path", path)
          .string("mime", mime)
          .int64("size", size)
          .build();
    }
  }

  /** A processed upload. */
  public record Processed(Image image) implements Input {

    @Override
    public BsonDocument toBson() {
      return new DocumentWriter().string("type", "image").allOf(image.toBson()).build();
    }
  }

  /** True while the upload waits for the image processor. */
  public boolean isPending() {
    return input instanceof Pending;
  }

  /** Reads the stored form. */
  public static ImageSet read(DocumentReader in) {
    ImageSet set =
        new ImageSet(
            in.document("input", ImageSet::readInput), in.documents("outputs", Image::read));
    in.rejectUnknown();
    return set;
  }

  private static Input readInput(DocumentReader in) {
    String type = in.string("type");
    Input input =
        switch (type) {
          case "pending" ->
              new Pending(
                  in.string("task_id"), in.string("path"), in.string("mime"), in.int64("size"));
          case "image" -> new Processed(Image.readFields(in));
          default -> throw in.error("type", "unknown image input \"" + type + "\"");
        };
    in.rejectUnknown();
    return input;
  }

  @Override
  public BsonDocument toBson() {
    return new DocumentWriter().document("input", input).documents("outputs", outputs).build();
  }
}
