package app.seventv.api.v3graphql;

import app.seventv.api.common.ApiException;
import app.seventv.api.common.Operation;
import app.seventv.api.common.Validators;
import app.seventv.api.emotes.EmoteService;
import app.seventv.api.graphql.ArgumentException;
import app.seventv.api.graphql.Call;
import app.seventv.api.graphql.GraphqlSchema;
import app.seventv.api.graphql.TypeWiring;
import app.seventv.model.Emote;
import app.seventv.model.Id;
import app.seventv.model.Permission;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Changes of one emote by the old GraphQL API (api-v3.md §11.5). */
@Operation(value = "EmoteOps.rerun", needs = Permission.EMOTE_ADMIN, who = "not served: 501")
final class V3EmoteOps {
  private static final int MAX_REASON_BYTES = 100;
  private static final long PRIVATE = 1;
  private static final long ZERO_WIDTH = 256;

  private final EmoteService service;

  V3EmoteOps(EmoteService service) {
    this.service = service;
  }

  void wireMutations(TypeWiring<Object> mutation) {
    mutation.fetch("emote", (root, call) -> service.require(call.arguments().id("id")));
  }

  void wire(GraphqlSchema schema) {
    schema
        .type("EmoteOps", Emote.class)
        .field("id", Emote::id)
        .fetch("update", this::update)
        .fetch("merge", this::merge)
        .fetch(
            "rerun",
            (emote, call) -> {
              call.context().caller().guard(Permission.EMOTE_ADMIN);
              throw ApiException.notImplemented();
            });
  }

  private Emote update(Emote emote, Call call) {
    checkReason(call);
    Call.Arguments params = call.arguments().object("params");
    String version = name(params, "version_name");
    String name = name(params, "name");
    List<String> tags = params.has("tags") ? params.strings("tags") : null;
    if (tags != null && !Validators.areTags(tags)) {
      throw new ArgumentException("[String!]", "invalid tags");
    }
    Id owner = params.idOrNull("owner_id");
    if (params.bool("deleted")) {
      return service.delete(call.context(), emote.id());
    }
    boolean manager = call.context().caller().has(Permission.EMOTE_MANAGE_ANY);
    return service.edit(
        call.context(),
        emote.id(),
        new EmoteService.Edit(
            name == null ? version : name,
            flags(params, manager),
            tags,
            manager ? owner : null,
            true));
  }

  /** What only managers may change is silently left as it is for others. */
  private static IntUnaryOperator flags(Call.Arguments params, boolean manager) {
    Long bits = params.longOrNull("flags");
    @Nullable Boolean listed = manager ? params.boolOrNull("listed") : null;
    @Nullable Boolean personal = manager ? params.boolOrNull("personal_use") : null;
    return before -> {
      int flags = before;
      if (bits != null) {
        flags = with(flags, Emote.FLAG_PRIVATE, (bits & PRIVATE) != 0);
        flags = with(flags, Emote.FLAG_DEFAULT_ZERO_WIDTH, (bits & ZERO_WIDTH) != 0);
      }
      if (listed != null) {
        flags = with(flags, Emote.FLAG_PUBLIC_LISTED, listed);
      }
      if (personal != null) {
        flags = with(flags, Emote.FLAG_APPROVED_PERSONAL, personal);
        flags = with(flags, Emote.FLAG_DENIED_PERSONAL, !personal);
      }
      return flags;
    };
  }

  private static int with(int flags, int bit, boolean set) {
    return set ? flags | bit : flags & ~bit;
  }

  private Emote merge(Emote emote, Call call) {
    checkReason(call);
    return service.merge(call.context(), emote.id(), call.arguments().id("target_id"));
  }

  /** The reason is checked, and then of no use. */
  private static void checkReason(Call call) {
    call.arguments().stringOrNull("reason", 0, MAX_REASON_BYTES);
  }

  private static @Nullable String name(Call.Arguments params, String field) {
    String name = params.stringOrNull(field);
    if (name != null && !Validators.isEmoteName(name)) {
      throw new ArgumentException("String", "invalid emote name");
    }
    return name;
  }
}
