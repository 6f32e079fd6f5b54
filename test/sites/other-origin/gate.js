// Asks who reads, where nobody has been asked yet. It hides nothing: what lies on this host is open to everyone.
const form = document.querySelector('form');
form.hidden = document.cookie.includes('session_record_id=');
form.addEventListener('submit', (event) => {
  event.preventDefault();
  void pass(form.email.value);
});

async function pass(email) {
  const answer = await fetch(`${stillhereServer}/api/verify-temp-access`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email }),
  });
  const { success, error, session } = await answer.json();
  if (!success) return alert(error);
  document.cookie = `session_record_id=${session}; path=/; max-age=86400; samesite=strict`;
  location.reload();
}
