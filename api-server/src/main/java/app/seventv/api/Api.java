package app.seventv.api;

import app.seventv.api.accounts.CsrfTokens;
import app.seventv.api.accounts.LoginService;
import app.seventv.api.accounts.ManualProofs;
import app.seventv.api.accounts.ProviderClient;
import app.seventv.api.accounts.Sessions;
import app.seventv.api.accounts.SignInRule;
import app.seventv.api.accounts.TokenKey;
import app.seventv.api.accounts.Tokens;
import app.seventv.api.billing.GiftCampaigns;
import app.seventv.api.billing.PeriodInvoices;
import app.seventv.api.billing.Stripe;
import app.seventv.api.billing.SubscriptionService;
import app.seventv.api.common.ApiException;
import app.seventv.api.common.Countries;
import app.seventv.api.common.ErrorCode;
import app.seventv.api.common.RateLimiter;
import app.seventv.api.common.RequestContext;
import app.seventv.api.common.WellKnownIds;
import app.seventv.api.cosmetics.PaintImages;
import app.seventv.api.cosmetics.PaintService;
import app.seventv.api.data.Edges;
import app.seventv.api.data.Editors;
import app.seventv.api.data.EventBus;
import app.seventv.api.data.Leases;
import app.seventv.api.data.ModerationRequests;
import app.seventv.api.data.Mutations;
import app.seventv.api.data.Outbox;
import app.seventv.api.data.Store;
import app.seventv.api.data.Transactions;
import app.seventv.api.data.UserLoader;
import app.seventv.api.emotes.EmoteService;
import app.seventv.api.graphql.BatchLoaders;
import app.seventv.api.graphql.GraphqlEngine;
import app.seventv.api.graphql.Loaders;
import app.seventv.api.roles.RoleService;
import app.seventv.api.search.SearchIndex;
import app.seventv.api.search.TypesenseIndex;
import app.seventv.api.sets.EmoteSetService;
import app.seventv.api.sets.SetAccess;
import app.seventv.api.sets.SetChanges;
import app.seventv.api.sets.SetEntryService;
import app.seventv.api.tickets.TicketService;
import app.seventv.api.uploads.CosmeticResults;
import app.seventv.api.uploads.EmoteResults;
import app.seventv.api.uploads.EmoteUpload;
import app.seventv.api.uploads.ImageProcessor;
import app.seventv.api.uploads.ProfilePictures;
import app.seventv.api.uploads.ResultHandler;
import app.seventv.api.users.AccountService;
import app.seventv.api.users.BanService;
import app.seventv.api.users.CosmeticService;
import app.seventv.api.users.EditorGate;
import app.seventv.api.users.EditorService;
import app.seventv.api.users.ProfileService;
import app.seventv.api.users.SessionService;
import app.seventv.api.v3graphql.V3KeptDocuments;
import app.seventv.api.v3graphql.V3Schema;
import app.seventv.api.v3rest.V3AuthRoutes;
import app.seventv.api.v3rest.V3LiveRoutes;
import app.seventv.api.v3rest.V3ManualAuthRoutes;
import app.seventv.api.v3rest.V3Models;
import app.seventv.api.v3rest.V3Routes;
import app.seventv.api.v3rest.V3StaticRoutes;
import app.seventv.api.v3rest.V3Upload;
import app.seventv.api.v4graphql.V4Schema;
import app.seventv.api.v4rest.AuthRoutes;
import app.seventv.api.v4rest.EmoteRoutes;
import app.seventv.api.web.ClientIp;
import app.seventv.api.web.Cors;
import app.seventv.api.web.GraphqlRoutes;
import app.seventv.api.web.Json;
import app.seventv.api.web.OriginPolicy;
import app.seventv.api.web.Pipeline;
import app.seventv.core.config.Config;
import app.seventv.core.config.Secret;
import app.seventv.core.http.Handler;
import app.seventv.core.http.Response;
import app.seventv.core.http.Router;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Puts the parts of the API together; what stays outside is given: store, bus, clock. */
final class Api implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  private final Config config;
  private final ApiSettings settings;
  private final String version;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledExecutorService refresher =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("lease-refresh").factory());
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).executor(executor).build();
  private final Outbox outbox;
  private final Countries countries;
  private final ImageProcessor processor;
  private final Map<String, ResultHandler> results;
  private final Handler handler;
  private final Memory memory;

  Api(Config config, String version, Store store, EventBus bus, InstantSource clock)
      throws IOException {
    this.config = config;
    this.settings = new ApiSettings(config);
    this.version = version;
    this.countries = Countries.open(config.get(ApiConfig.GEOIP_PATH));
    SecureRandom random = new SecureRandom();
    UserLoader users = new UserLoader(store, clock);
    Editors editors = new Editors(store);
    this.outbox = new Outbox(store, bus, clock, random, Outbox.STALE_AFTER);
    this.memory = new Memory(config, store, users, clock, executor);
    Transactions transactions = new Transactions(store, outbox, clock, random, memory::committed);
    Leases leases = new Leases(store, clock, refresher);
    Mutations mutations = new Mutations(leases, transactions);
    Edges edges = new Edges(store);
    ModerationRequests moderation = new ModerationRequests(store, transactions, random);
    TokenKey key = new TokenKey(config.get(ApiConfig.JWT_SECRET).reveal());
    Tokens tokens = new Tokens(key, config.get(ApiConfig.JWT_ISSUER), clock);
    Sessions sessions = new Sessions(store, tokens, clock, random);
    this.processor = new ImageProcessor(config.get(ApiConfig.IMAGE_PROCESSOR_ADDRESS));
    ProfilePictures pictures =
        new ProfilePictures(
            store, users, editors, mutations, settings.imageTasks(), processor, clock, random);
    CosmeticResults cosmetics = new CosmeticResults(store, mutations);
    this.results =
        Map.of(
            "emote",
            new EmoteResults(
                store, users, mutations, moderation, countries, files -> purge(bus, files)),
            "profile-picture",
            pictures,
            "paint-layer",
            cosmetics::paintLayer,
            "badge",
            cosmetics::badge);
    EmoteUpload uploads =
        new EmoteUpload(settings.imageTasks(), processor, moderation, transactions, clock, random);
    SetAccess access = new SetAccess(users, editors);
    SetChanges changes = new SetChanges(store, access, mutations);
    EmoteSetService sets = new EmoteSetService(store, access, changes, mutations, clock, random);
    SetEntryService entries = new SetEntryService(store, users, changes, moderation);
    EditorGate gate = new EditorGate(editors);
    ProfileService profiles = new ProfileService(store, gate, mutations);
    SubscriptionService subscriptions =
        new SubscriptionService(
            store,
            edges,
            mutations,
            GiftCampaigns.read(config.get(ApiConfig.GIFT_CAMPAIGNS)),
            random);
    Stripe stripe =
        new Stripe(
            http,
            config.get(ApiConfig.STRIPE_API_BASE),
            config.get(ApiConfig.STRIPE_API_KEY).reveal(),
            config.get(ApiConfig.STRIPE_CONCURRENT_REQUESTS));
    V3Models models = new V3Models(config.get(ApiConfig.CDN_ORIGIN));
    SearchIndex index =
        new TypesenseIndex(
            http,
            config.get(ApiConfig.TYPESENSE_URI),
            config.get(ApiConfig.TYPESENSE_API_KEY).map(Secret::reveal).orElse(""));
    WellKnownIds ids = settings.wellKnownIds();
    V3Schema.Services services =
        new V3Schema.Services(
            store,
            users,
            memory.users(),
            index,
            models,
            ids,
            new EmoteService(store, editors, moderation, mutations),
            sets,
            entries,
            profiles,
            new CosmeticService(store, users, gate, mutations),
            new EditorService(store, users, editors, gate, mutations),
            new BanService(store, users, mutations, random),
            new AccountService(store, users, edges, mutations),
            new RoleService(store, users, edges, mutations, random),
            new PaintService(
                store,
                mutations,
                new PaintImages(http, new OriginPolicy(settings.paintOrigins())),
                settings.imageTasks(),
                processor,
                clock,
                random),
            new TicketService(store, mutations, random),
            moderation,
            subscriptions,
            new PeriodInvoices(store, subscriptions, stripe));
    SignInRule rule = new SignInRule(ids.blockingRole());
    OriginPolicy credentials = new OriginPolicy(settings.corsOrigins());
    Pipeline pipeline =
        new Pipeline(
            executor,
            new ClientIp(
                config.get(ApiConfig.IP_HEADERS),
                config.get(ApiConfig.TRUSTED_PROXIES),
                config.get(ApiConfig.TRUSTED_RANGES)),
            sessions,
            rule,
            users,
            memory.users(),
            memory.reads(),
            new RateLimiter(clock, config.get(ApiConfig.INSTANCES)),
            countries,
            config.get(ApiConfig.COUNTRY_HEADER),
            credentials,
            config.get(ApiConfig.DOMAIN));
    LoginService logins = new LoginService(store, users, transactions, sessions, rule, random);
    Router.Builder routes = Router.builder();
    new AuthRoutes(
            settings.authSettings(),
            new ProviderClient(http),
            logins,
            sessions,
            users,
            transactions,
            random)
        .register(routes, pipeline);
    new V3AuthRoutes(
            settings.legacyAuthSettings(),
            new ProviderClient(http),
            new CsrfTokens(key, config.get(ApiConfig.JWT_ISSUER), clock, random),
            logins,
            sessions,
            store,
            users,
            transactions,
            clock)
        .register(routes, pipeline);
    new V3ManualAuthRoutes(new ManualProofs(key, settings.kickChannels(http), clock), logins)
        .register(routes, pipeline);
    new EmoteRoutes(uploads).register(routes, pipeline);
    new V3Routes(memory.v3Reads(models)).register(routes, pipeline);
    new V3Upload(uploads, pictures, models).register(routes, pipeline);
    new V3LiveRoutes(store, users, models, bus, clock, config.get(ApiConfig.PRESENCES_PER_MINUTE))
        .register(routes, pipeline);
    new V3StaticRoutes(settings.staticSettings(), version).register(routes, pipeline);
    new Billing(config, store, edges, mutations, subscriptions, stripe, http, clock, random)
        .register(routes, pipeline, users);
    graphql(routes, pipeline, services, new SessionService(store, users, sessions, mutations));
    routes.get("/", pipeline.handler(0, request -> root(request.context())));
    routes.notFound(
        pipeline.handler(
            GraphqlRoutes.MAX_BODY_BYTES,
            request -> {
              throw new ApiException(404, ErrorCode.BAD_REQUEST, "route not found");
            }));
    this.handler = memory.compression().wrap(Cors.policy(credentials).wrap(routes.build()));
  }

  private void graphql(
      Router.Builder routes,
      Pipeline pipeline,
      V3Schema.Services services,
      SessionService sessions) {
    BatchLoaders loaders = Loaders.create(services.store(), memory.users(), executor);
    int maxFields = config.get(ApiConfig.GRAPHQL_MAX_FIELDS);
    V4Schema.Services v4 =
        new V4Schema.Services(
            services.store(),
            services.users(),
            services.index(),
            services.sets(),
            services.entries(),
            services.emotes(),
            services.profiles(),
            services.cosmetics(),
            services.editors(),
            services.tickets(),
            sessions,
            config.get(ApiConfig.CDN_ORIGIN));
    GraphqlRoutes.registerV4(
        routes,
        pipeline,
        new GraphqlEngine(
            V4Schema.create(v4),
            loaders,
            UnaryOperator.identity(),
            document -> false,
            maxFields,
            GraphqlEngine.MAX_TIME,
            executor));
    GraphqlRoutes.registerV3(
        routes,
        pipeline,
        memory.reads(),
        new GraphqlEngine(
            V3Schema.create(services),
            loaders,
            V3Schema::unifyIds,
            V3KeptDocuments::isKept,
            maxFields,
            GraphqlEngine.MAX_TIME,
            executor));
  }

  /** Answers every request. */
  Handler handler() {
    return handler;
  }

  /** What is kept in memory. */
  Memory memory() {
    return memory;
  }

  /** Take results of the image processor, by what the image belongs to. */
  Map<String, ResultHandler> results() {
    return results;
  }

  private Response root(RequestContext context) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("message", "Welcome to the 7TV API!");
    body.put("version", version);
    body.put("commit_hash", null);
    body.put("ip", context.caller().ip().getHostAddress());
    body.put("country", context.country());
    return Json.response(200, body);
  }

  private void purge(EventBus bus, List<String> files) {
    byte[] message =
        Json.mapper().writeValueAsString(Map.of("files", files)).getBytes(StandardCharsets.UTF_8);
    bus.publish(config.get(ApiConfig.PURGE_SUBJECT) + ".request", message);
  }

  @Override
  public void close() {
    outbox.close();
    memory.close();
    processor.close();
    countries.close();
    refresher.shutdownNow();
    executor.shutdownNow();
    http.shutdownNow();
  }
}
