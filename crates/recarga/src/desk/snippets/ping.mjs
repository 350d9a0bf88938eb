const response = await fetch("BASE_URL/ping");
console.log(JSON.stringify(await response.json()));
