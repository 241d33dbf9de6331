package app.seventv.api.v4graphql;

import app.seventv.api.common.Validators;
import app.seventv.api.emotes.EmoteService;
import app.seventv.api.graphql.ArgumentException;
import app.seventv.api.graphql.Call;
import app.seventv.api.graphql.Fetcher;
import app.seventv.api.graphql.GraphqlSchema;
import app.seventv.model.Emote;
import app.seventv.model.Id;
import app.seventv.model.RateLimitResource;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Changes of one emote or of several (api-v4.md §11.2). */
final class EmoteMutations {
  private static final int MAX_IDS = 50;

  private static final Map<String, Integer> FLAGS = flagBits();

  private final EmoteService emotes;

  EmoteMutations(EmoteService emotes) {
    this.emotes = emotes;
  }

  /** A change of one emote. */
  private interface Change {
    Emote of(Id emoteId, Call call);
  }

  void wire(GraphqlSchema schema) {
    schema
        .type("EmoteMutation", Object.class)
        .fetch("emote", (root, call) -> emotes.require(call.arguments().id("id")).id())
        .fetch(
            "emotes", (root, call) -> new LinkedHashSet<>(call.arguments().ids("ids", 1, MAX_IDS)));
    Map<String, Change> changes = new LinkedHashMap<>();
    changes.put("name", this::name);
    changes.put("flags", this::flags);
    changes.put("owner", this::owner);
    changes.put("tags", this::tags);
    changes.put("delete", (id, call) -> emotes.delete(call.context(), id));
    var single = schema.type("EmoteOperation", Id.class);
    var batch = schema.<Set<Id>>genericType("EmoteBatchOperation");
    changes.forEach((field, change) -> {
      single.fetch(field, change::of);
      batch.fetch(field, each(change));
    });
    single.fetch("merge", (id, call) -> merge(id, call, "targetId"));
    batch.fetch("merge", each((id, call) -> merge(id, call, "with")));
  }

  /** One transaction per emote; the first failure ends the list, what is done stays done. */
  private static Fetcher<Set<Id>> each(Change change) {
    return (ids, call) -> ids.stream().map(id -> change.of(id, call)).toList();
  }

  private Emote name(Id id, Call call) {
    String name = call.arguments().string("name");
    if (!Validators.isEmoteName(name)) {
      throw new ArgumentException("String", "invalid emote name");
    }
    return edit(id, call, name, null, null, null);
  }

  private Emote flags(Id id, Call call) {
    Call.Arguments flags = call.arguments().object("flags");
    return edit(id, call, null, before -> changed(before, flags::boolOrNull), null, null);
  }

  private Emote owner(Id id, Call call) {
    return edit(id, call, null, null, null, call.arguments().id("ownerId"));
  }

  private Emote tags(Id id, Call call) {
    return edit(id, call, null, null, tags(call.arguments()), null);
  }

  private Emote edit(
      Id id,
      Call call,
      @Nullable String name,
      @Nullable IntUnaryOperator flags,
      @Nullable List<String> tags,
      @Nullable Id owner) {
    return emotes.edit(call.context(), id, new EmoteService.Edit(name, flags, tags, owner, false));
  }

  /** Answers with the emote as it was before, as ever. */
  private Emote merge(Id id, Call call, String argument) {
    call.context().charge(RateLimitResource.EMOTE_UPDATE);
    Emote before = emotes.require(id);
    emotes.merge(call.context(), id, call.arguments().id(argument));
    return before;
  }

  /** The tags of an argument, or the error that they bring. */
  static List<String> tags(Call.Arguments arguments) {
    List<String> tags = arguments.strings("tags");
    if (!Validators.areTags(tags)) {
      throw new ArgumentException("[String!]", "invalid tags");
    }
    return tags;
  }

  private static int changed(int before, Function<String, @Nullable Boolean> wanted) {
    int after = before;
    for (Map.Entry<String, Integer> flag : FLAGS.entrySet()) {
      Boolean on = wanted.apply(flag.getKey());
      if (on != null) {
        after = on ? after | flag.getValue() : after & ~flag.getValue();
      }
    }
    return after;
  }

  private static Map<String, Integer> flagBits() {
    return Map.of(
        "publicListed", Emote.FLAG_PUBLIC_LISTED,
        "private", Emote.FLAG_PRIVATE,
        "nsfw", Emote.FLAG_NSFW,
        "defaultZeroWidth", Emote.FLAG_DEFAULT_ZERO_WIDTH,
        "approvedPersonal", Emote.FLAG_APPROVED_PERSONAL,
        "deniedPersonal", Emote.FLAG_DENIED_PERSONAL,
        "animated", Emote.FLAG_ANIMATED);
  }
}
