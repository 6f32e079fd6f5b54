// Vite gives the text of the stylesheet.
declare module '*.css?inline' {
  const text: string;
  export default text;
}
