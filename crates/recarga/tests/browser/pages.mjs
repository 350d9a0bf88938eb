// Every page that the tests look at, and who sees it: nobody, owner, manager or cashier. A new page is a new line.
export const PAGES = [
  { as: "nobody", path: "/sign-in" },
  { as: "nobody", path: "/nowhere" },
  { as: "nobody", path: "/setup/0000" },
  { as: "owner", path: "/console" },
  { as: "owner", path: "/console/people" },
  { as: "owner", path: "/profile" },
  { as: "owner", path: "/profile/code" },
  { as: "owner", path: "/sign-in/again?next=/console" },
  { as: "manager", path: "/" },
  { as: "manager", path: "/people" },
  { as: "cashier", path: "/" },
  { as: "cashier", path: "/profile" },
  { as: "cashier", path: "/console" },
];
