/** Tests of the development stack as a whole. */
@NullMarked
package app.seventv.devstack;

import org.jspecify.annotations.NullMarked;
