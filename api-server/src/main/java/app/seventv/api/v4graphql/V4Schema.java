package app.seventv.api.v4graphql;

import app.seventv.api.common.LoadedUser;
import app.seventv.api.data.Store;
import app.seventv.api.data.UserLoader;
import app.seventv.api.emotes.EmoteService;
import app.seventv.api.graphql.Call;
import app.seventv.api.graphql.GraphqlSchema;
import app.seventv.api.graphql.Scalars;
import app.seventv.api.graphql.TypeWiring;
import app.seventv.api.search.EmoteSearch;
import app.seventv.api.search.SearchIndex;
import app.seventv.api.search.UserSearch;
import app.seventv.api.sets.EmoteSetService;
import app.seventv.api.sets.SetEntryService;
import app.seventv.api.tickets.TicketService;
import app.seventv.api.users.CosmeticService;
import app.seventv.api.users.EditorService;
import app.seventv.api.users.ProfileService;
import app.seventv.api.users.SessionService;
import app.seventv.model.Emote;
import app.seventv.model.Id;
import app.seventv.model.RateLimitResource;
import graphql.schema.GraphQLSchema;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The v4 schema with everything behind it. */
public final class V4Schema {
  private static final String SDL = "v4.graphqls";
  private static final String OWN_SDL = "v4-extensions.graphqls";

  private static final List<String> QUERY_NAMESPACES =
      List.of(
          "backdoor",
          "badges",
          "emotes",
          "emoteSets",
          "entitlements",
          "paints",
          "products",
          "redeemCodes",
          "roles",
          "search",
          "specialEvents",
          "store",
          "users");

  private static final List<String> MUTATION_NAMESPACES =
      List.of(
          "emoteSets",
          "emotes",
          "entitlementEdges",
          "jobs",
          "product",
          "redeemCodes",
          "specialEvents",
          "tickets",
          "userEditors",
          "userSessions",
          "users");

  private static final int MAX_PAGE = 100;
  private static final int MAX_QUERY_BYTES = 100;

  private V4Schema() {}

  /** What the fields need. */
  public record Services(
      Store store,
      UserLoader users,
      SearchIndex index,
      EmoteSetService sets,
      SetEntryService entries,
      EmoteService emotes,
      ProfileService profiles,
      CosmeticService cosmetics,
      EditorService editors,
      TicketService tickets,
      SessionService sessions,
      URI cdnOrigin) {}

  /** Both halves of {@code search.all}. */
  private record Everything(Page<Emote> emotes, Page<LoadedUser> users) {}

  /** Builds the executable schema. */
  public static GraphQLSchema create(Services services) {
    String sdl = GraphqlSchema.resource(SDL);
    String own = GraphqlSchema.resource(OWN_SDL);
    GraphqlSchema schema =
        new GraphqlSchema()
            .scalars(
                List.of(
                    Scalars.text("Id"),
                    Scalars.dateTime("DateTime"),
                    Scalars.jsonOutput("JSONObject"),
                    Scalars.text("CustomerId"),
                    Scalars.text("InvoiceId"),
                    Scalars.text("StripeProductId")));
    Object namespace = new Object();
    TypeWiring<Object> query = schema.type("Query", Object.class);
    QUERY_NAMESPACES.forEach(name -> query.field(name, root -> namespace));
    query.field("_service", root -> namespace);
    schema.type("_Service", Object.class).field("sdl", service -> sdl + own);
    TypeWiring<Object> mutation = schema.type("Mutation", Object.class);
    MUTATION_NAMESPACES.forEach(name -> mutation.field(name, root -> namespace));
    schema.type("BackdoorQuery", Object.class).field("executeSql", backdoor -> "HackerMan ur in");
    schema.type("SearchQuery", Object.class).fetch("all", (root, call) -> all(services, call));
    schema
        .type("SearchResultAll", Everything.class)
        .field("emotes", Everything::emotes)
        .field("users", Everything::users);
    ImageTypes images = new ImageTypes(services.cdnOrigin());
    images.wire(schema);
    new CosmeticTypes(services.store(), images).wire(schema);
    new EmoteTypes(services.store(), services.users(), services.index(), images).wire(schema);
    new EmoteSetTypes(services.store(), services.sets(), services.entries()).wire(schema);
    new UserTypes(services.store(), services.users(), services.index(), images).wire(schema);
    new UserMutations(services).wire(schema);
    new EmoteMutations(services.emotes()).wire(schema);
    new EditorMutations(services.editors()).wire(schema);
    new TicketTypes(services.tickets()).wire(schema);
    PermissionTypes.wire(schema);
    return schema.build(List.of(sdl, own));
  }

  private static Everything all(Services services, Call call) {
    int page = EmoteTypes.page(call.arguments().intOrNull("page", 0, MAX_PAGE));
    int perPage = EmoteTypes.orElse(call.arguments().intOrNull("perPage", 1, 100), 10);
    @Nullable String text = call.arguments().stringOrNull("query", 0, MAX_QUERY_BYTES);
    call.context().charge(RateLimitResource.SEARCH);
    SearchIndex.Hits emoteHits =
        services
            .index()
            .search(EmoteSearch.everything(text, page, perPage, call.context().caller()));
    Map<Id, Emote> emotes = services.store().emotes().byIds(emoteHits.ids());
    SearchIndex.Hits userHits =
        services.index().search(UserSearch.byName(text == null ? "" : text, page, perPage));
    return new Everything(
        new Page<>(
            emoteHits.ids().stream().map(emotes::get).filter(Objects::nonNull).toList(),
            emoteHits.found(),
            emoteHits.pages(perPage, MAX_PAGE)),
        UserTypes.page(
            services.store(),
            services.users(),
            userHits,
            perPage,
            MAX_PAGE,
            call.context().caller()));
  }
}
