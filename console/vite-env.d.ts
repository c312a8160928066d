/** Files that the bundler turns into text, and packages' style sheets. */
/// <reference types="vite/client" />
