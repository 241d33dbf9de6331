package app.seventv.model;

import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** Makes records of any kind from a seed: every component by its type, nullable ones also null. */
final class RecordGenerator {
  private static final int MAX_ITEMS = 3;
  private static final int ATTEMPTS = 200;

  private final Random random;

  RecordGenerator(long seed) {
    this.random = new Random(seed);
  }

  /** A record; values that its constructor refuses are drawn again. */
  Object record(Class<?> type) {
    RuntimeException last = null;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        return build(type);
      } catch (IllegalArgumentException | NullPointerException e) {
        last = e;
      }
    }
    throw new IllegalStateException("no " + type.getName() + " was accepted", last);
  }

  private Object build(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    @Nullable Object[] values = new @Nullable Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      values[i] = value(components[i].getAnnotatedType());
    }
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private @Nullable Object value(AnnotatedType annotated) {
    if (annotated.isAnnotationPresent(Nullable.class) && random.nextInt(3) == 0) {
      return null;
    }
    Type type = annotated.getType();
    if (type instanceof ParameterizedType generic) {
      AnnotatedType[] arguments =
          ((AnnotatedParameterizedType) annotated).getAnnotatedActualTypeArguments();
      return generic.getRawType() == List.class
          ? list(arguments[0])
          : map(arguments[0], arguments[1]);
    }
    return plain((Class<?>) type);
  }

  private List<?> list(AnnotatedType element) {
    List<@Nullable Object> list = new ArrayList<>();
    for (int i = random.nextInt(MAX_ITEMS); i > 0; i--) {
      list.add(value(element));
    }
    return list;
  }

  private Map<?, ?> map(AnnotatedType key, AnnotatedType element) {
    Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = random.nextInt(MAX_ITEMS); i > 0; i--) {
      map.put(value(key), value(element));
    }
    return map;
  }

  private Object plain(Class<?> type) {
    if (type == Id.class) {
      return Id.generate(random.nextLong(1L << 41), random);
    } else if (type == String.class) {
      return "text-" + Integer.toHexString(random.nextInt(1 << 20));
    } else if (type == int.class || type == Integer.class) {
      return random.nextInt(1000);
    } else if (type == long.class || type == Long.class) {
      return random.nextLong(1L << 40);
    } else if (type == double.class || type == Double.class) {
      return random.nextInt(1000) / 8.0;
    } else if (type == boolean.class || type == Boolean.class) {
      return random.nextBoolean();
    } else if (type == Instant.class) {
      return Instant.ofEpochMilli(random.nextLong(1L << 41));
    } else if (type == OriginConfig.EmoteRef.class) { // either of the two
      return random.nextBoolean()
          ? new OriginConfig.EmoteRef("text", null)
          : new OriginConfig.EmoteRef(null, (Id) plain(Id.class));
    } else if (type == UnitCount.class) {
      return new UnitCount(
          random.nextBoolean() ? UnitCount.DAYS : UnitCount.MONTHS, random.nextInt(1000));
    } else if (type == BsonDocument.class) {
      return new BsonDocument("kept", new BsonInt32(random.nextInt()));
    } else if (type == BsonValue.class) {
      return random.nextBoolean() ? new BsonInt32(random.nextInt()) : new BsonString("other");
    } else if (type.isEnum()) {
      Object[] constants = type.getEnumConstants();
      return constants[random.nextInt(constants.length)];
    } else if (type.isSealed()) {
      Class<?>[] permitted = type.getPermittedSubclasses();
      return plain(permitted[random.nextInt(permitted.length)]);
    } else if (type.isRecord()) {
      return record(type);
    }
    throw new IllegalArgumentException("no way to make a " + type);
  }
}
