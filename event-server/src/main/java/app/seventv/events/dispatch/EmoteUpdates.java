package app.seventv.events.dispatch;

import app.seventv.model.Emote;
import app.seventv.model.Id;
import app.seventv.model.bus.EmoteChange;
import app.seventv.model.bus.ProcessEvent;
import app.seventv.model.bus.ProcessEvent.Step;
import java.util.List;

/** The content of {@code emote.update} (event-api.md §11.1). */
final class EmoteUpdates {
  private EmoteUpdates() {}

  /** What clients have always been told. */
  static void add(EmoteChange change, ChangeMap out) {
    switch (change) {
      case EmoteChange.ChangeName(String old, String updated) ->
          out.updatedVersion(ChangeField.text("name", old, updated));
      case EmoteChange.ChangeFlags(int old, int updated) -> flags(old, updated, out);
      case EmoteChange.ChangeOwner(Id old, Id updated) ->
          out.updated(ChangeField.text("owner_id", old.toString(), updated.toString()));
      case EmoteChange.ChangeTags(List<String> old, List<String> updated) ->
          out.updated(
              new ChangeField(
                  "tags", null, false, "", Json.ofStrings(old), Json.ofStrings(updated)));
      case EmoteChange.Upload _,
          EmoteChange.ImageProcessing _,
          EmoteChange.Merge _,
          EmoteChange.Delete _ -> {
        // empty
      }
    }
  }

  /** What today's service keeps to itself (§20 row 18). */
  static void fill(Emote after, EmoteChange change, ChangeMap out) {
    switch (change) {
      case EmoteChange.ImageProcessing(ProcessEvent event) when event.step() == Step.SUCCESS ->
          out.updated(lifecycle(Models.LIFECYCLE_PROCESSING, Models.LIFECYCLE_LIVE));
      case EmoteChange.ImageProcessing(ProcessEvent event) when event.step() == Step.FAIL ->
          out.updated(lifecycle(Models.LIFECYCLE_PROCESSING, Models.LIFECYCLE_DELETED));
      case EmoteChange.Delete _, EmoteChange.Merge _ ->
          out.updated(
              lifecycle(
                  after.imageSet().isPending()
                      ? Models.LIFECYCLE_PROCESSING
                      : Models.LIFECYCLE_LIVE,
                  Models.LIFECYCLE_DELETED));
      case EmoteChange.ChangeFlags(int old, int updated) -> {
        int oldFlags = Models.publicFlags(old);
        int flags = Models.publicFlags(updated);
        if (((old ^ updated) & Emote.FLAG_PUBLIC_LISTED) == 0 && oldFlags != flags) {
          out.updated(ChangeField.number("flags", oldFlags, flags));
        }
      }
      default -> {
        // told in full
      }
    }
  }

  private static ChangeField lifecycle(int old, int updated) {
    return ChangeField.number("lifecycle", old, updated);
  }

  private static void flags(int old, int updated, ChangeMap out) {
    boolean wasListed = (old & Emote.FLAG_PUBLIC_LISTED) != 0;
    boolean listed = (updated & Emote.FLAG_PUBLIC_LISTED) != 0;
    if (wasListed == listed) {
      return;
    }
    out.updatedVersion(ChangeField.bool("listed", wasListed, listed));
    int oldFlags = Models.publicFlags(old);
    int flags = Models.publicFlags(updated);
    if (oldFlags != flags) {
      out.updated(ChangeField.number("flags", oldFlags, flags));
    }
  }
}
