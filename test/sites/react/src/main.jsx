import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import 'stillhere/element'; // stillhere

/** The line is in every page: what React does to the tree must not matter. */
function Report() {
  const [chapter, turnTo] = useState(1);
  const turn = () => {
    history.pushState(null, '', `/report/${chapter + 1}`);
    turnTo(chapter + 1);
  };
  return (
    <main>
      <session-heartbeat /> {/* stillhere */}
      <h1>Chapter {chapter}</h1>
      <button onClick={turn}>Next chapter</button>
    </main>
  );
}

createRoot(document.querySelector('#app')).render(
  <StrictMode>
    <Report />
  </StrictMode>,
);
