package app.seventv.api.v3graphql;

import app.seventv.api.billing.PeriodInvoices;
import app.seventv.api.billing.SubscriptionService;
import app.seventv.api.cache.CachedUsers;
import app.seventv.api.common.ApiException;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.common.WellKnownIds;
import app.seventv.api.cosmetics.PaintService;
import app.seventv.api.data.ModerationRequests;
import app.seventv.api.data.Store;
import app.seventv.api.data.UserLoader;
import app.seventv.api.emotes.EmoteService;
import app.seventv.api.graphql.GraphqlSchema;
import app.seventv.api.graphql.Scalars;
import app.seventv.api.graphql.TypeWiring;
import app.seventv.api.roles.RoleService;
import app.seventv.api.search.SearchIndex;
import app.seventv.api.sets.EmoteSetService;
import app.seventv.api.sets.SetEntryService;
import app.seventv.api.tickets.TicketService;
import app.seventv.api.users.AccountService;
import app.seventv.api.users.BanService;
import app.seventv.api.users.CosmeticService;
import app.seventv.api.users.EditorService;
import app.seventv.api.users.ProfileService;
import app.seventv.api.v3rest.V3Models;
import app.seventv.model.GlobalConfig;
import graphql.language.AstTransformer;
import graphql.language.Document;
import graphql.language.Node;
import graphql.language.NodeVisitorStub;
import graphql.language.TypeName;
import graphql.schema.GraphQLSchema;
import graphql.util.TraversalControl;
import graphql.util.TraverserContext;
import graphql.util.TreeTransformerUtil;
import java.util.List;
import java.util.stream.Stream;

/** The v3 schema with everything behind it. */
public final class V3Schema {
  private static final String SDL = "v3.graphqls";
  private static final List<String> TEXT_SCALARS =
      List.of(
          "ObjectID",
          "Id",
          "ConnectionPlatform",
          "UserTypeModel",
          "CosmeticKind",
          "CosmeticPaintFunction",
          "CosmeticPaintShape",
          "CosmeticPaintCanvasRepeat",
          "CosmeticPaintTextTransform",
          "ImageFormat",
          "EmoteVersionState");
  private static final List<String> INTEGER_SCALARS =
      List.of(
          "EmoteLifecycleModel",
          "EmoteFlagsModel",
          "EmoteSetFlagModel",
          "ActiveEmoteFlagModel",
          "UserEditorModelPermission",
          "BanEffect",
          "AuditLogKind",
          "AuditLogChangeFormat");

  private V3Schema() {}

  /** What the fields need. */
  public record Services(
      Store store,
      UserLoader users,
      CachedUsers known,
      SearchIndex index,
      V3Models models,
      WellKnownIds ids,
      EmoteService emotes,
      EmoteSetService sets,
      SetEntryService entries,
      ProfileService profiles,
      CosmeticService cosmetics,
      EditorService editors,
      BanService bans,
      AccountService accounts,
      RoleService roles,
      PaintService paints,
      TicketService tickets,
      ModerationRequests moderation,
      SubscriptionService subscriptions,
      PeriodInvoices invoices) {}

  /** Builds the executable schema. */
  public static GraphQLSchema create(Services services) {
    String sdl = GraphqlSchema.resource(SDL);
    GraphqlSchema schema = new GraphqlSchema();
    schema.scalars(
        Stream.of(
                TEXT_SCALARS.stream().map(Scalars::text),
                INTEGER_SCALARS.stream().map(Scalars::integer),
                Stream.of(
                    Scalars.dateTime("DateTime"),
                    Scalars.jsonOutput("ArbitraryMap"),
                    Scalars.jsonOutput("StringMap")))
            .flatMap(scalars -> scalars)
            .toList());
    Store store = services.store();
    TypeWiring<Object> query = schema.type("Query", Object.class);
    TypeWiring<Object> mutation = schema.type("Mutation", Object.class);
    query.field("announcement", root -> announcement(store)).field("_service", root -> root);
    schema.type("_Service", Object.class).field("sdl", service -> sdl);
    V3AuditTypes audit = new V3AuditTypes(store, services.ids());
    audit.wire(schema);
    wireUsers(schema, query, mutation, services, audit);
    wireEmotes(schema, query, mutation, services, audit);
    V3CosmeticTypes cosmetics =
        new V3CosmeticTypes(store, services.paints(), services.models().images());
    cosmetics.wireQueries(query);
    cosmetics.wireMutations(mutation);
    cosmetics.wire(schema);
    V3ReportTypes reports = new V3ReportTypes(services.tickets());
    reports.wireQueries(query);
    reports.wireMutations(mutation);
    reports.wire(schema);
    V3MessageTypes messages = new V3MessageTypes(services.moderation());
    messages.wireQueries(query);
    messages.wireMutations(mutation);
    messages.wire(schema);
    return schema.build(List.of(sdl));
  }

  private static void wireUsers(
      GraphqlSchema schema,
      TypeWiring<Object> query,
      TypeWiring<Object> mutation,
      Services services,
      V3AuditTypes audit) {
    V3UserTypes users =
        new V3UserTypes(
            services.store(),
            services.users(),
            services.known(),
            services.index(),
            services.models(),
            audit);
    users.wireQueries(query);
    users.wire(schema);
    V3UserOps operations = new V3UserOps(services);
    operations.wireMutations(mutation);
    operations.wire(schema);
    V3BanTypes bans = new V3BanTypes(services.bans());
    bans.wireMutations(mutation);
    bans.wire(schema);
    V3RoleTypes roles = new V3RoleTypes(services.store(), services.roles());
    roles.wireQueries(query);
    roles.wireMutations(mutation);
    roles.wire(schema);
  }

  private static void wireEmotes(
      GraphqlSchema schema,
      TypeWiring<Object> query,
      TypeWiring<Object> mutation,
      Services services,
      V3AuditTypes audit) {
    V3EmoteTypes emotes =
        new V3EmoteTypes(
            services.store(), services.users(), services.index(), services.models(), audit);
    emotes.wireQueries(query);
    emotes.wire(schema);
    V3EmoteOps operations = new V3EmoteOps(services.emotes());
    operations.wireMutations(mutation);
    operations.wire(schema);
    V3SetTypes sets = new V3SetTypes(services.store(), services.sets(), services.entries());
    sets.wireQueries(query);
    sets.wireMutations(mutation);
    sets.wire(schema);
  }

  /**
   * Clients declare id variables as {@code Id} or {@code ObjectID} at will (pitfall 1): in a
   * request both names mean the latter, since no input of this schema takes an {@code Id}.
   */
  public static Document unifyIds(Document document) {
    return (Document)
        new AstTransformer()
            .transform(
                document,
                new NodeVisitorStub() {
                  @Override
                  @SuppressWarnings("rawtypes") // as the visitor declares it
                  public TraversalControl visitTypeName(
                      TypeName node, TraverserContext<Node> context) {
                    return node.getName().equals("Id")
                        ? TreeTransformerUtil.changeNode(
                            context, node.transform(type -> type.name("ObjectID")))
                        : TraversalControl.CONTINUE;
                  }
                });
  }

  private static String announcement(Store store) {
    GlobalConfig config = store.globalConfig();
    if (config == null) {
      throw new ApiException(500, ErrorCode.LOAD_ERROR, "global config not found");
    }
    String message = config.alertMessage();
    return message == null ? "" : message;
  }
}
