// INVOICE is the id that buying answered. Complete means that every order has ended, well or not.
let answer;
do {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const response = await fetch(`BASE_URL/invoices/${process.env.INVOICE}`, {
    headers: { Authorization: `Bearer ${process.env.KEY}` },
  });
  answer = await response.json();
} while (answer.data.status !== "complete");
console.log(JSON.stringify(answer));
