package app.seventv.api.graphql;

/**
 * A refused argument. Unlike other API errors it reaches the client without {@code extensions}
 * (api-v4.md §8).
 */
public final class ArgumentException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param type GraphQL type of the argument
   * @param reason why it was refused
   */
  public ArgumentException(String type, String reason) {
    this("Failed to parse \"" + type + "\": " + reason);
  }

  private ArgumentException(String message) {
    super(message, null, false, false);
  }

  /** The same for an argument that is a field of an input object. */
  public ArgumentException within(String inputType) {
    return new ArgumentException(getMessage() + " (occurred while parsing \"" + inputType + "\")");
  }
}
