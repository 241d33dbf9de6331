package app.seventv.devstack.story;

/** A step did not come out as it should; the message is the reason in one line. */
public final class StoryFailure extends Exception {
  private static final long serialVersionUID = 1L;

  /** Creates a failure. */
  public StoryFailure(String reason) {
    super(reason);
  }
}
