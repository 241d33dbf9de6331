/** Tests of the life of a service. */
@NullMarked
package app.seventv.core.service;

import org.jspecify.annotations.NullMarked;
