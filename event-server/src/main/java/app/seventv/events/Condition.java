package app.seventv.events;

import app.seventv.model.Id;
import app.seventv.model.topic.Channel;
import app.seventv.model.topic.Channel.StreamPlatform;
import app.seventv.model.topic.Scope;
import org.jspecify.annotations.Nullable;

/** What a client narrows a subscription to (event-api.md §9.2), as it wrote it. */
sealed interface Condition {
  /** The scope, or null if the channel id is not one of the platform. */
  @Nullable Scope scope();

  /** The normalised JSON form that an ACK carries. */
  String json();

  /** One object. */
  record OfObject(Id id) implements Condition {
    @Override
    public Scope scope() {
      return new Scope.OfObject(id);
    }

    @Override
    public String json() {
      return "{\"object_id\":\"" + id + "\"}";
    }
  }

  /** One channel; the id is kept as sent, because the ACK repeats it so. */
  record OfChannel(StreamPlatform platform, String id) implements Condition {
    @Override
    public @Nullable Scope scope() {
      return Channel.parse(platform, id);
    }

    @Override
    public String json() {
      return "{\"ctx\":\"channel\",\"platform\":\""
          + platform.name()
          + "\",\"id\":"
          + Payloads.quote(id)
          + "}";
    }
  }
}
