// Vite returns the stylesheet's text.
declare module '*.css?inline' {
  const text: string;
  export default text;
}
