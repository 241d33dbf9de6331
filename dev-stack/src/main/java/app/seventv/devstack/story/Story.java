package app.seventv.devstack.story;

import java.util.ArrayList;
import java.util.List;

/** The steps of the story, in the order in which they are played. */
public final class Story {
  private Story() {}

  /** All steps. None is ever taken out. */
  public static List<StoryStep> steps() {
    List<StoryStep> steps = new ArrayList<>();
    steps.addAll(BackingServiceSteps.all());
    steps.addAll(LoginSteps.all());
    steps.addAll(UploadSteps.all());
    steps.addAll(CdnSteps.all());
    steps.addAll(LiveSteps.all());
    steps.addAll(ReadSteps.all());
    steps.addAll(BadInputSteps.all());
    steps.addAll(WebsiteSteps.all());
    return steps;
  }
}
