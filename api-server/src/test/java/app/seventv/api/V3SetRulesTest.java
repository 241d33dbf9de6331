package app.seventv.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import app.seventv.devstack.login.DevUser;
import app.seventv.model.CollectionNames;
import app.seventv.model.EditorPermissions;
import app.seventv.model.Emote;
import app.seventv.model.EmoteModerationRequest;
import app.seventv.model.EmoteSet;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import app.seventv.model.UserEditor;
import app.seventv.model.bus.EmoteSetChange;
import app.seventv.model.bus.EntityEvent;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Who may change which set, and what becomes of its entries (api-v3.md §11.5, §15). */
class V3SetRulesTest extends SharedWorld {
  private static final String EMOTES =
      "mutation($s: ObjectID!, $e: ObjectID!, $a: ListItemAction!, $n: String) { emoteSet(id: $s) {"
          + " emotes(id: $e, action: $a, name: $n) { id name } } }";

  @BeforeEach
  void quiet() throws Exception {
    world.forgetEvents();
  }

  private JsonNode change(EmoteSet set, Id emote, String action, @Nullable String name)
      throws Exception {
    return world
        .ok(world.streamer, EMOTES, "s", set.id(), "e", emote, "a", action, "n", name)
        .at("/emoteSet/emotes");
  }

  private static List<String> names(JsonNode entries) {
    return entries.valueStream().map(each -> each.path("name").asString()).toList();
  }

  @Test
  void aReplacedEntryKeepsItsPlaceAndANewOneIsLast() throws Exception {
    EmoteSet set = world.set(DevUser.STREAMER, EmoteSet.Kind.NORMAL);
    Emote first = world.emote(DevUser.STREAMER, "first");
    change(set, first.id(), "ADD", null);
    change(set, world.emote(DevUser.STREAMER, "second").id(), "ADD", null);
    world.update(CollectionNames.EMOTES, first.id(), Updates.set("deleted", true));
    Emote zeroWidth = world.emote(DevUser.STREAMER, "wide", Emote.FLAG_DEFAULT_ZERO_WIDTH);
    assertThat(names(change(set, zeroWidth.id(), "ADD", "first")))
        .containsExactly("first", "second");
    assertThat(names(change(set, zeroWidth.id(), "ADD", "third")))
        .containsExactly("first", "second", "third");
    EmoteSet stored = world.set(set.id());
    assertThat(stored.emotes()).hasSize(3);
    EmoteSet.Entry entry = stored.emotes().getFirst();
    assertThat(entry.flags()).isEqualTo(EmoteSet.Entry.FLAG_ZERO_WIDTH);
    assertThat(entry.addedById()).isEqualTo(world.idOf(DevUser.STREAMER));
    assertThat(entry.originSetId()).isNull();
    assertThat(entry.addedAt()).isAfter(World.NOW);
    BsonDocument document = world.require(CollectionNames.EMOTE_SETS, set.id());
    assertThat(document.isNull("search_updated_at")).isTrue();
    assertThat(document.getDateTime("updated_at").getValue())
        .isEqualTo(stored.emotes().getLast().addedAt().toEpochMilli());
  }

  @Test
  void removingTakesEveryEntryOfTheEmoteEachWithItsPlace() throws Exception {
    EmoteSet set = world.set(DevUser.STREAMER, EmoteSet.Kind.NORMAL);
    Emote twice = world.emote(DevUser.STREAMER, "twice");
    Emote between = world.emote(DevUser.STREAMER, "between");
    change(set, twice.id(), "ADD", "a");
    change(set, between.id(), "ADD", null);
    change(set, twice.id(), "ADD", "b");
    world.forgetEvents();
    assertThat(names(change(set, twice.id(), "REMOVE", null))).containsExactly("between");
    List<Long> positions =
        world.nextBatch().events().stream()
            .map(event -> ((EntityEvent.OfEmoteSet) event.data()).change())
            .map(change -> ((EmoteSetChange.RemoveEmote) change).index())
            .toList();
    assertThat(positions).containsExactly(0L, 2L);
    assertThat(world.audited(set.id(), "remove_emote")).isTrue();
  }

  /** REST shows the stored id of a merged entry, GraphQL the one it shows: either will do. */
  @Test
  void mergedEntriesAreFoundByEitherId() throws Exception {
    for (boolean byTarget : new boolean[] {true, false}) {
      Merged merged = merged();
      Id id = byTarget ? merged.target().id() : merged.old().id();
      assertThat(names(change(merged.set(), id, "UPDATE", "two"))).containsExactly("two");
      assertThat(world.set(merged.set().id()).emotes())
          .extracting(EmoteSet.Entry::id, EmoteSet.Entry::alias)
          .containsExactly(tuple(merged.old().id(), "two"));
      assertThat(names(change(merged.set(), id, "UPDATE", null))).containsExactly("target");
      change(merged.set(), id, "REMOVE", null);
      assertThat(world.set(merged.set().id()).emotes()).isEmpty();
    }
  }

  /** What it shows may be renamed and deleted meanwhile: then there is nothing to rename. */
  @Test
  void entriesThatShowNothingCannotBeRenamed() throws Exception {
    Merged merged = merged();
    world.update(CollectionNames.EMOTES, merged.target().id(), Updates.set("deleted", true));
    for (Emote each : List.of(merged.old(), merged.target())) {
      world.refused(
          "404 BAD_REQUEST",
          world.streamer,
          EMOTES,
          "s",
          merged.set().id(),
          "e",
          each.id(),
          "a",
          "UPDATE",
          "n",
          "two");
    }
  }

  /** A set with one emote that was merged into another after it was added. */
  private record Merged(EmoteSet set, Emote old, Emote target) {}

  private Merged merged() throws Exception {
    EmoteSet set = world.set(DevUser.STREAMER, EmoteSet.Kind.NORMAL);
    Emote old = world.emote(DevUser.STREAMER, "old");
    Emote target = world.emote(DevUser.STREAMER, "target");
    change(set, old.id(), "ADD", null);
    world.update(
        CollectionNames.EMOTES,
        old.id(),
        Updates.set("merged", new Emote.Merged(target.id(), World.NOW).toBson()));
    JsonNode shown = world.ok(null, "{emoteSet(id:\"" + set.id() + "\"){emotes{id}}}");
    assertThat(shown.at("/emoteSet/emotes/0/id").asString()).isEqualTo(target.id().toString());
    return new Merged(set, old, target);
  }

  @Test
  void onlyEntriesThatShowSomethingCount() throws Exception {
    EmoteSet set = world.set(DevUser.STREAMER, EmoteSet.Kind.NORMAL);
    world.update(CollectionNames.EMOTE_SETS, set.id(), Updates.set("capacity", 1));
    Emote gone = world.emote(DevUser.STREAMER, "gone");
    change(set, gone.id(), "ADD", null);
    world.update(CollectionNames.EMOTES, gone.id(), Updates.set("deleted", true));
    Emote kept = world.emote(DevUser.STREAMER, "kept");
    change(set, kept.id(), "ADD", null);
    world.refused(
        "400 LOAD_ERROR",
        world.streamer,
        EMOTES,
        "s",
        set.id(),
        "e",
        world.emote(DevUser.STREAMER, "more").id(),
        "a",
        "ADD");
    world.refused( // here the stored ones count
        "400 BAD_REQUEST",
        world.streamer,
        "mutation($s: ObjectID!) { emoteSet(id: $s) { update(data: {capacity: 1}) { id } } }",
        "s",
        set.id());
  }

  @Test
  void editorsNeedTheBitAndHaveToHaveAccepted() throws Exception {
    EmoteSet set = world.set(DevUser.STREAMER, EmoteSet.Kind.NORMAL);
    Emote emote = world.emote(DevUser.STREAMER, "edited");
    for (Map.Entry<EditorPermissions, Boolean> each :
        Map.of(
                new EditorPermissions(2, 0, 0), true, // manage
                new EditorPermissions(1, 0, 0), true, // the category's administrator
                new EditorPermissions(0, 0, 1), true, // super administrator
                new EditorPermissions(4, 0, 0), false, // create
                new EditorPermissions(0, 7, 62), false)
            .entrySet()) {
      for (UserEditor.State state : UserEditor.State.values()) {
        world.collection(CollectionNames.USER_EDITORS).deleteMany(new BsonDocument());
        world.put(
            CollectionNames.USER_EDITORS,
            new UserEditor(
                world.idOf(DevUser.STREAMER),
                world.idOf(DevUser.EDITOR),
                state,
                null,
                each.getKey(),
                Id.NIL,
                World.NOW,
                World.NOW,
                null));
        Object[] add = {"s", set.id(), "e", emote.id(), "a", "ADD", "n", "n" + world.newId()};
        if (each.getValue() && state == UserEditor.State.ACCEPTED) {
          world.ok(world.editor, EMOTES, add);
        } else {
          world.refused("403 LACKING_PRIVILEGES", world.editor, EMOTES, add);
        }
        change(set, emote.id(), "ADD", "own" + world.newId());
        world.update(CollectionNames.EMOTE_SETS, set.id(), Updates.set("emotes", List.of()));
      }
    }
  }

  @Test
  void sharedSetsNeedTheirPermission() throws Exception {
    Emote emote = world.emote(DevUser.STREAMER, "shared");
    for (Map.Entry<EmoteSet.Kind, Permission> each :
        Map.of(
                EmoteSet.Kind.GLOBAL, Permission.EMOTE_SET_MANAGE_GLOBAL,
                EmoteSet.Kind.SPECIAL, Permission.EMOTE_SET_MANAGE_SPECIAL)
            .entrySet()) {
      EmoteSet set = world.set(null, each.getKey());
      Object[] add = {"s", set.id(), "e", emote.id(), "a", "ADD"};
      for (Permission other :
          List.of(Permission.EMOTE_SET_MANAGE_ANY, Permission.EMOTE_SET_RESIZE)) {
        try (World.Grant _ = world.grant(DevUser.VIEWER, other)) {
          world.refused("403 LACKING_PRIVILEGES", world.viewer, EMOTES, add);
        }
      }
      try (World.Grant _ = world.grant(DevUser.VIEWER, each.getValue())) {
        world.ok(world.viewer, EMOTES, add);
      }
    }
    EmoteSet orphan = world.set(null, EmoteSet.Kind.NORMAL);
    world.refused(
        "404 LOAD_ERROR", world.admin, EMOTES, "s", orphan.id(), "e", emote.id(), "a", "ADD");
  }

  @Test
  void personalSetsTakeListedEmotesAndAskForApproval() throws Exception {
    EmoteSet set = world.set(DevUser.STREAMER, EmoteSet.Kind.PERSONAL);
    Emote unlisted = world.emote(DevUser.VIEWER, "unlisted");
    Emote denied =
        world.emote(
            DevUser.VIEWER, "denied", Emote.FLAG_PUBLIC_LISTED | Emote.FLAG_DENIED_PERSONAL);
    Emote approved =
        world.emote(
            DevUser.VIEWER, "approved", Emote.FLAG_PUBLIC_LISTED | Emote.FLAG_APPROVED_PERSONAL);
    Emote listed = world.emote(DevUser.VIEWER, "listed", Emote.FLAG_PUBLIC_LISTED);
    try (World.Grant _ = world.grant(DevUser.STREAMER, Permission.USER_USE_PERSONAL_EMOTE_SET)) {
      for (Emote refused : List.of(unlisted, denied)) {
        world.refused(
            "400 BAD_REQUEST",
            world.streamer,
            EMOTES,
            "s",
            set.id(),
            "e",
            refused.id(),
            "a",
            "ADD");
      }
      change(set, approved.id(), "ADD", null);
      assertThat(world.nextEvents()).containsExactly("emote_set.add_emote");
      change(set, listed.id(), "ADD", null);
      assertThat(world.nextEvents())
          .containsExactlyInAnyOrder("emote_moderation_request.create", "emote_set.add_emote");
      change(set, listed.id(), "REMOVE", null);
      change(set, listed.id(), "ADD", null); // the request is there already
      assertThat(requests(listed)).hasSize(1);
    }
    EmoteModerationRequest request = EmoteModerationRequest.fromBson(requests(listed).getFirst());
    assertThat(request.kind()).isEqualTo(EmoteModerationRequest.Kind.PERSONAL_USE);
    assertThat(request.status()).isEqualTo(EmoteModerationRequest.Status.PENDING);
    assertThat(request.userId()).isEqualTo(world.idOf(DevUser.STREAMER));
  }

  private List<BsonDocument> requests(Emote emote) {
    return world
        .collection(CollectionNames.EMOTE_MODERATION_REQUESTS)
        .find(Filters.eq("emote_id", emote.id().toBson()))
        .into(new ArrayList<>());
  }
}
