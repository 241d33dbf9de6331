package app.seventv.core.http;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A class whose tests run over every transport, in the clear and over TLS; its parameters are the
 * transport's name and whether there is TLS.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedClass
@CsvSource({
  "IO_URING,false",
  "IO_URING,true",
  "EPOLL,false",
  "EPOLL,true",
  "NIO,false",
  "NIO,true"
})
public @interface EveryTcp {}
