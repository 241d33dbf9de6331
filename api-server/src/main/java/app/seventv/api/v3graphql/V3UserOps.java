package app.seventv.api.v3graphql;

import app.seventv.api.billing.PeriodInvoices;
import app.seventv.api.billing.SubscriptionService;
import app.seventv.api.common.ApiException;
import app.seventv.api.common.LoadedUser;
import app.seventv.api.data.UserLoader;
import app.seventv.api.graphql.ArgumentException;
import app.seventv.api.graphql.Call;
import app.seventv.api.graphql.GraphqlSchema;
import app.seventv.api.graphql.Loaders;
import app.seventv.api.graphql.TypeWiring;
import app.seventv.api.roles.RoleService;
import app.seventv.api.users.AccountService;
import app.seventv.api.users.CosmeticService;
import app.seventv.api.users.EditorService;
import app.seventv.api.users.ProfileService;
import app.seventv.api.v3rest.V3Models;
import app.seventv.model.EditorPermissions;
import app.seventv.model.EditorPermissions.Bit;
import app.seventv.model.Id;
import app.seventv.model.SubscriptionProduct.VariantKind;
import app.seventv.model.User;
import app.seventv.model.UserEditor;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Changes of one user by the old GraphQL API (api-v3.md §11.5). */
final class V3UserOps {
  private final UserLoader users;
  private final ProfileService profiles;
  private final CosmeticService cosmetics;
  private final EditorService editors;
  private final RoleService roles;
  private final AccountService accounts;
  private final SubscriptionService subscriptions;
  private final PeriodInvoices invoices;

  V3UserOps(V3Schema.Services services) {
    this.users = services.users();
    this.profiles = services.profiles();
    this.cosmetics = services.cosmetics();
    this.editors = services.editors();
    this.roles = services.roles();
    this.accounts = services.accounts();
    this.subscriptions = services.subscriptions();
    this.invoices = services.invoices();
  }

  /** A platform account of a user. */
  record Account(V3User user, User.Connection connection) {}

  /** One row of the editors or the edited. */
  record Edit(UserEditor row, Id shown) {}

  void wireMutations(TypeWiring<Object> mutation) {
    mutation.fetch("user", (root, call) -> call.arguments().id("id"));
  }

  void wire(GraphqlSchema schema) {
    schema.enumeration("SubscriptionPeriodKind", PeriodKind.class);
    schema
        .type("UserOps", Id.class)
        .field("id", id -> id)
        .fetch("connections", this::connections)
        .fetch("editors", this::editors)
        .fetch("cosmetics", this::cosmetics)
        .fetch("roles", this::roles)
        .fetch("merge", this::merge)
        .fetch(
            "delete",
            (id, call) -> {
              accounts.delete(call.context(), id);
              return true;
            })
        .fetch("createSubscriptionPeriod", this::createPeriod)
        .fetch(
            "refreshSubscriptions",
            (id, call) -> {
              subscriptions.refreshAll(call.context(), id);
              return true;
            });
    schema
        .type("UserConnection", Account.class)
        .field("id", own -> own.connection().platformId())
        .field("platform", own -> V3Models.platform(own.connection().platform()))
        .field("username", own -> own.connection().platformUsername())
        .field("display_name", own -> own.connection().platformDisplayName())
        .field("linked_at", own -> own.connection().linkedAt())
        .field("emote_capacity", own -> own.user().emoteCapacity())
        .field("emote_set_id", own -> own.user().activeSetId());
    schema
        .type("UserEditor", Edit.class)
        .field("id", Edit::shown)
        .field("permissions", edit -> editorBits(edit.row().permissions()))
        .field("visible", edit -> true)
        .field("added_at", edit -> edit.row().addedAt())
        .fetch("user", (edit, call) -> V3UserTypes.load(edit.shown(), call));
    schema
        .type("CreateSubscriptionPeriodResponse", PeriodInvoices.Result.class)
        .field("success", result -> true)
        .field("invoiceId", PeriodInvoices.Result::invoiceId)
        .field("paymentDeclined", PeriodInvoices.Result::declined);
  }

  /** Names as the schema writes them. */
  @SuppressWarnings("JavaCase") // the schema's names
  enum PeriodKind {
    yearly,
    monthly
  }

  private List<Account> connections(Id userId, Call call) {
    Call.Arguments data = call.arguments().object("data");
    profiles.changeConnection(
        call.context(),
        userId,
        data.idOrNull("emote_set_id"),
        data.bool("unlink") ? call.arguments().string("id") : null);
    V3User user = new V3User(users.fullById(userId));
    return user.connections().stream().map(each -> new Account(user, each)).toList();
  }

  private CompletableFuture<List<Edit>> editors(Id userId, Call call) {
    Long bits = call.arguments().object("data").longOrNull("permissions");
    editors.set(
        call.context(),
        userId,
        call.arguments().id("editor_id"),
        bits == null || bits == 0 ? null : editorPermissions(bits));
    return call.load(Loaders.EDITORS, userId)
        .thenApply(rows -> accepted(rows, UserEditor::editorId));
  }

  /** Rows that count, with the user to show for each. */
  static List<Edit> accepted(@Nullable List<UserEditor> rows, Function<UserEditor, Id> shown) {
    return rows == null
        ? List.of()
        : rows.stream()
            .filter(row -> row.state() == UserEditor.State.ACCEPTED)
            .map(row -> new Edit(row, shown.apply(row)))
            .toList();
  }

  private boolean cosmetics(Id userId, Call call) {
    Call.Arguments update = call.arguments().object("update");
    Id given = update.id("id");
    @Nullable Id chosen = given.isNil() ? null : given;
    String kind = update.string("kind");
    if (!List.of("PAINT", "BADGE", "AVATAR").contains(kind)) {
      throw new ArgumentException("CosmeticKind", "unknown kind");
    }
    if (!update.bool("selected")) {
      call.context().caller().requireUser();
      return true;
    }
    switch (kind) {
      case "PAINT" -> cosmetics.changePaint(call.context(), userId, chosen);
      case "BADGE" -> cosmetics.changeBadge(call.context(), userId, chosen);
      default -> throw ApiException.notImplemented();
    }
    return true;
  }

  private List<Id> roles(Id userId, Call call) {
    V3SetTypes.ListItemAction action = (V3SetTypes.ListItemAction) call.arguments().value("action");
    Id role = call.arguments().id("role_id");
    if (action == V3SetTypes.ListItemAction.UPDATE) {
      throw ApiException.notImplemented();
    }
    LoadedUser user =
        roles.assign(call.context(), userId, role, action == V3SetTypes.ListItemAction.ADD);
    return user.roleIds();
  }

  private boolean merge(Id userId, Call call) {
    Id target = call.arguments().id("id");
    accounts.merge(call.context(), userId, target);
    subscriptions.refreshUser(userId);
    subscriptions.refreshUser(target);
    return true;
  }

  private PeriodInvoices.Result createPeriod(Id userId, Call call) {
    Call.Arguments create = call.arguments().object("create");
    Id product = create.id("product_id");
    VariantKind kind =
        create.value("kind") == PeriodKind.yearly ? VariantKind.YEARLY : VariantKind.MONTHLY;
    Instant start = Objects.requireNonNull(create.timeOrNull("start"));
    Instant end = Objects.requireNonNull(create.timeOrNull("end"));
    if (!create.has("invoice")) {
      subscriptions.grant(
          call.context(), userId, product, kind, start, end, create.string("reason"));
      return new PeriodInvoices.Result(null, false);
    }
    Call.Arguments invoice = create.object("invoice");
    return invoices.sell(
        call.context(),
        userId,
        new PeriodInvoices.Sale(
            product,
            kind,
            start,
            end,
            invoice.fraction("price", 0, PeriodInvoices.MAX_PRICE),
            invoice.stringOrNull("currency")));
  }

  /** Old editor bits as they are read (api-v3.md §13.6). */
  static int editorBits(EditorPermissions own) {
    boolean sets = own.has(Bit.EMOTE_SET_CREATE) || own.has(Bit.EMOTE_SET_MANAGE);
    boolean emotes = own.has(Bit.EMOTE_CREATE) || own.has(Bit.EMOTE_MANAGE);
    return (sets ? 1 | 16 : 0)
        | (own.has(Bit.USER_PROFILE) ? 4 : 0)
        | (emotes ? 8 : 0)
        | (own.has(Bit.USER_BILLING) ? 32 : 0)
        | (own.has(Bit.USER_EDITORS) ? 64 : 0);
  }

  /** Old editor bits as they are written; bit 1 alone makes an editor without rights. */
  static EditorPermissions editorPermissions(long bits) {
    int manageAndCreate = 2 | 4;
    return new EditorPermissions(
        (bits & 16) != 0 ? manageAndCreate : 0,
        (bits & 8) != 0 ? manageAndCreate : 0,
        ((bits & 32) != 0 ? 4 : 0) | ((bits & 4) != 0 ? 8 : 0) | ((bits & 64) != 0 ? 16 : 0));
  }
}
