package app.seventv.core.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All keys a service knows, the foreign ones it tolerates, and the rules between them. */
public final class ConfigSchema {
  private final Map<String, Key<?>> keys;
  private final Map<String, String> ignored;
  private final List<ScopedCheck> checks;
  private final List<ScopedCheck> fileChecks;

  private ConfigSchema(Builder builder) {
    keys = Collections.unmodifiableMap(new LinkedHashMap<>(builder.keys));
    ignored = Collections.unmodifiableMap(new LinkedHashMap<>(builder.ignored));
    checks = List.copyOf(builder.checks);
    fileChecks = List.copyOf(builder.fileChecks);
  }

  /** Starts an empty schema. */
  public static Builder builder() {
    return new Builder();
  }

  /** A schema of keys only. */
  public static ConfigSchema of(Key<?>... keys) {
    return builder().add(keys).build();
  }

  /** The keys in the order of their declaration. */
  public Collection<Key<?>> keys() {
    return keys.values();
  }

  @Nullable Key<?> key(String name) {
    return keys.get(name);
  }

  boolean isTable(String name) {
    String prefix = name + ".";
    return keys.keySet().stream().anyMatch(key -> key.startsWith(prefix));
  }

  /** Why {@code name} is tolerated, or null if it is not. */
  @Nullable String ignoredBecause(String name) {
    return ignored.get(name);
  }

  boolean leadsToIgnored(String name) {
    String prefix = name + ".";
    return ignored.keySet().stream().anyMatch(key -> key.startsWith(prefix));
  }

  List<ScopedCheck> checks() {
    return checks;
  }

  List<ScopedCheck> fileChecks() {
    return fileChecks;
  }

  record ScopedCheck(String prefix, ConfigCheck check) {
    ScopedCheck under(String group) {
      return new ScopedCheck(prefix.isEmpty() ? group : group + "." + prefix, check);
    }
  }

  /** Collects keys; a name declared twice is a programming error. */
  public static final class Builder {
    private final Map<String, Key<?>> keys = new LinkedHashMap<>();
    private final Map<String, String> ignored = new LinkedHashMap<>();
    private final List<ScopedCheck> checks = new ArrayList<>();
    private final List<ScopedCheck> fileChecks = new ArrayList<>();

    private Builder() {}

    /** Adds keys. */
    public Builder add(Key<?>... more) {
      for (Key<?> key : more) {
        if (keys.putIfAbsent(key.name(), key) != null) {
          throw new IllegalArgumentException("key declared twice: " + key.name());
        }
      }
      return this;
    }

    /** Adds all keys, tolerated names and rules of another schema. */
    public Builder include(ConfigSchema other) {
      other.keys.values().forEach(this::add);
      ignored.putAll(other.ignored);
      checks.addAll(other.checks);
      fileChecks.addAll(other.fileChecks);
      return this;
    }

    /** Adds those keys of {@code common} that {@code own} does not declare, and its rules. */
    public Builder includeMissing(ConfigSchema common, ConfigSchema own) {
      common.keys.values().stream().filter(key -> own.key(key.name()) == null).forEach(this::add);
      ignored.putAll(common.ignored);
      checks.addAll(common.checks);
      fileChecks.addAll(common.fileChecks);
      return this;
    }

    /**
     * Adds a group of keys under a table, as {@code nats} or {@code cdn.rate_limit}; read them with
     * {@link Config#group}.
     */
    public Builder group(String prefix, ConfigSchema group) {
      group.keys.values().forEach(key -> add(key.under(prefix)));
      group.ignored.forEach((name, reason) -> ignored.put(prefix + "." + name, reason));
      group.checks.forEach(c -> checks.add(c.under(prefix)));
      group.fileChecks.forEach(c -> fileChecks.add(c.under(prefix)));
      return this;
    }

    /**
     * Names of today's files that mean nothing here: they, and tables below them, only warn.
     *
     * @param reason ends the warning, as "is not used: …"
     */
    public Builder ignore(String reason, String... names) {
      for (String name : names) {
        ignored.put(name, reason);
      }
      return this;
    }

    /** Adds a rule over several keys. */
    public Builder check(ConfigCheck check) {
      checks.add(new ScopedCheck("", check));
      return this;
    }

    /**
     * Adds a look at files that the settings name, for {@code --check-config}: a service that
     * starts reads them anyway.
     */
    public Builder checkFiles(ConfigCheck check) {
      fileChecks.add(new ScopedCheck("", check));
      return this;
    }

    /** Freezes the schema. */
    public ConfigSchema build() {
      return new ConfigSchema(this);
    }
  }
}
